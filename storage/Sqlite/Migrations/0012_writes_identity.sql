-- Which changes of identities were carried out, so that one whose answer was lost is known when it is tried again, whatever came after it.
CREATE TABLE IF NOT EXISTS identity_write (
    write_id INTEGER PRIMARY KEY,
    revision INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS identity_write_revision ON identity_write (revision);
