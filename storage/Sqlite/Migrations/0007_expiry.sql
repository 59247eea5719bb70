-- When a command's time to live is over, in UTC ticks; null when it has none, or a release from before wrote it.
ALTER TABLE command ADD COLUMN expires_at INTEGER;
