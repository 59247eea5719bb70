-- What a start gave: a principal's name or a token, hashed, and whether an administrator has deleted it since.
CREATE TABLE IF NOT EXISTS given_principal (
    given_id TEXT PRIMARY KEY,
    is_ended INTEGER NOT NULL
) WITHOUT ROWID;
