-- Instants are UTC ticks. Why the tables look so: docs/decisions/0001-sqlite-layout.md.
CREATE TABLE IF NOT EXISTS source_server (
    source_no INTEGER PRIMARY KEY,
    server_id TEXT NOT NULL,
    name TEXT NOT NULL,
    os_type TEXT NOT NULL,
    details TEXT NOT NULL,
    registered_at INTEGER NOT NULL,
    deleted_at INTEGER,
    last_visit_at INTEGER,
    has_overrides INTEGER NOT NULL DEFAULT 0,
    -- The highest number of a command that retention removed: numbers are never given twice.
    seq_floor INTEGER NOT NULL DEFAULT 0,
    removed_count INTEGER NOT NULL DEFAULT 0,
    quarantine_reason TEXT
);
CREATE UNIQUE INDEX IF NOT EXISTS source_server_id ON source_server (server_id);
CREATE INDEX IF NOT EXISTS source_server_registered ON source_server (source_no) WHERE deleted_at IS NULL;
CREATE INDEX IF NOT EXISTS source_server_quarantined ON source_server (source_no) WHERE quarantine_reason IS NOT NULL;

CREATE TABLE IF NOT EXISTS command (
    -- Rises in the order of enqueue, so the purge walks it from the low end and needs no index.
    row_no INTEGER PRIMARY KEY,
    source_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    version INTEGER NOT NULL,
    writer INTEGER NOT NULL,
    state INTEGER NOT NULL,
    delivery_count INTEGER NOT NULL,
    redrive_count INTEGER NOT NULL,
    delivered_at INTEGER,
    leased_until INTEGER,
    overtaken_by INTEGER,
    enqueued_at INTEGER NOT NULL,
    ended_at INTEGER,
    -- row_no / 262,144, the first column of the indexes over what is not open: a commit touches their newest part, not all of it.
    epoch INTEGER NOT NULL,
    key_hash INTEGER,
    idempotency_key TEXT,
    outcome BLOB,
    payload BLOB
);
CREATE UNIQUE INDEX IF NOT EXISTS command_open ON command (source_no, seq) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX IF NOT EXISTS command_ended ON command (epoch, source_no, seq) WHERE ended_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS command_key ON command (epoch, source_no, key_hash) WHERE key_hash IS NOT NULL;

-- The epochs that hold rows; a search in those indexes looks into each.
CREATE TABLE IF NOT EXISTS epoch (epoch INTEGER PRIMARY KEY);

CREATE TABLE IF NOT EXISTS stray_report (
    row_no INTEGER PRIMARY KEY,
    source_no INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    name TEXT NOT NULL,
    seq INTEGER,
    result INTEGER NOT NULL,
    result_detail TEXT NOT NULL,
    reported_at INTEGER NOT NULL,
    reported_by TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS stray_report_source ON stray_report (source_no, row_no);
CREATE INDEX IF NOT EXISTS stray_report_age ON stray_report (reported_at);

-- One row, rewritten to learn whether the database takes a write.
CREATE TABLE IF NOT EXISTS ping (ping_no INTEGER PRIMARY KEY, ping_count INTEGER NOT NULL);
INSERT INTO ping (ping_no, ping_count) VALUES (1, 0) ON CONFLICT DO NOTHING;
