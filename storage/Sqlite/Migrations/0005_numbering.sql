-- Numbers that were given out after a backup was made must not be given out again after it was restored (docs/decisions/0004).
-- How many numbers were passed over: highest number = commands + removed + skipped.
ALTER TABLE source_server ADD COLUMN skipped_count INTEGER NOT NULL DEFAULT 0;

-- From which number on source servers count that are registered from now on, and whether this file is a backup that no broker has opened.
CREATE TABLE IF NOT EXISTS numbering (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    floor INTEGER NOT NULL DEFAULT 0,
    raised_at INTEGER,
    is_copy INTEGER NOT NULL DEFAULT 0
);
INSERT INTO numbering (one) VALUES (1) ON CONFLICT DO NOTHING;
