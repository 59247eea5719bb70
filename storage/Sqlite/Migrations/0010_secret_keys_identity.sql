-- Which secrets need which master key.
CREATE INDEX IF NOT EXISTS credential_master_key ON credential (master_key_id) WHERE master_key_id IS NOT NULL;
