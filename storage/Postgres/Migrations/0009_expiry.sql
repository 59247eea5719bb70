-- least-known: 7
-- When a command's time to live is over, in UTC ticks, written with the command and never after; null when it has none, or a release from
-- before wrote it. No index holds it: what is over is found by walking the open commands.
alter table command add column expires_at bigint;
