-- Who calls, where they belong, what proves it, and what they did. Instants are UTC ticks, flags 0 and 1; name_folded is the name as it is
-- compared, whatever the case. Secrets are encrypted with a key that is not here; passwords and tokens are hashes.
CREATE TABLE IF NOT EXISTS domain (
    domain_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    is_enabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS domain_name ON domain (name_folded);

CREATE TABLE IF NOT EXISTS project (
    project_id TEXT NOT NULL PRIMARY KEY,
    domain_id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    is_enabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    max_source_servers INTEGER,
    max_pending_commands INTEGER,
    max_requests_per_second INTEGER
);
CREATE UNIQUE INDEX IF NOT EXISTS project_name ON project (domain_id, name_folded);

CREATE TABLE IF NOT EXISTS principal (
    principal_id TEXT NOT NULL PRIMARY KEY,
    domain_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    is_domain_wide INTEGER NOT NULL,
    server_id TEXT,
    roles INTEGER NOT NULL,
    is_enabled INTEGER NOT NULL,
    password_hash TEXT,
    tokens_valid_from INTEGER,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS principal_name ON principal (domain_id, name_folded);

CREATE TABLE IF NOT EXISTS credential (
    credential_id TEXT NOT NULL PRIMARY KEY,
    kind INTEGER NOT NULL,
    principal_id TEXT NOT NULL,
    description TEXT NOT NULL,
    secret BLOB,
    master_key_id TEXT,
    session_token_hash TEXT,
    is_enabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
);
CREATE INDEX IF NOT EXISTS credential_principal ON credential (principal_id);
CREATE INDEX IF NOT EXISTS credential_newest ON credential (created_at, credential_id);
CREATE INDEX IF NOT EXISTS credential_end ON credential (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS token_key (
    key_id TEXT NOT NULL PRIMARY KEY,
    public_key BLOB NOT NULL,
    private_key BLOB NOT NULL,
    master_key_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
);

CREATE TABLE IF NOT EXISTS token_revocation (token_id TEXT NOT NULL PRIMARY KEY, expires_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS token_revocation_end ON token_revocation (expires_at);

-- One row: the number of the last write, what that write called itself, and up to where its changes were removed.
CREATE TABLE IF NOT EXISTS identity_revision (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    revision INTEGER NOT NULL,
    write_id INTEGER NOT NULL,
    trimmed_to INTEGER NOT NULL
);
INSERT INTO identity_revision (one, revision, write_id, trimmed_to) VALUES (1, 0, 0, 0) ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS identity_change (
    revision INTEGER NOT NULL,
    change_no INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (revision, change_no)
) WITHOUT ROWID;

-- AUTOINCREMENT: a number is not used again after the rows above it were removed.
CREATE TABLE IF NOT EXISTS audit (
    audit_no INTEGER PRIMARY KEY AUTOINCREMENT,
    occurred_at INTEGER NOT NULL,
    domain_id TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    principal_id TEXT,
    remote_address TEXT,
    action TEXT NOT NULL,
    project_id TEXT,
    subject TEXT,
    request_id TEXT,
    detail TEXT
);
CREATE INDEX IF NOT EXISTS audit_domain ON audit (domain_id, audit_no);

-- What exists in every broker; the ids never change.
INSERT INTO domain (domain_id, name, name_folded, is_enabled, created_at)
VALUES ('8f0c6a1d3b7e4c52a9d4e1f07b36c5a2', 'default', 'DEFAULT', 1, (unixepoch() + 62135596800) * 10000000) ON CONFLICT DO NOTHING;
INSERT INTO project (project_id, domain_id, name, name_folded, is_enabled, created_at)
VALUES ('2d7b94e60c1f4f8fb35a7c9e84d10f63', '8f0c6a1d3b7e4c52a9d4e1f07b36c5a2', 'default', 'DEFAULT', 1, (unixepoch() + 62135596800) * 10000000)
ON CONFLICT DO NOTHING;
