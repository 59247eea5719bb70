-- Source servers that are deleted: their rows go when their history is gone, and what agents registered of them goes at once.
CREATE INDEX IF NOT EXISTS source_server_deleted ON source_server (deleted_at) WHERE deleted_at IS NOT NULL;
UPDATE source_server SET details = '{}' WHERE deleted_at IS NOT NULL;
