-- least-known: 7
-- Which secrets need which master key.
-- part: concurrently
create index concurrently if not exists credential_master_key on credential (master_key_id) where master_key_id is not null;
