-- least-known: 9
-- Which deletion of a source server is under way, by a number it has drawn; null when none is.
alter table source_server add column deletion bigint;
