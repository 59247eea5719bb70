-- Source servers belong to a project; those that are here already to the default one. server_id stays the key of all rows: the bare id in
-- the default project, 'project_id/server_id' in others.
ALTER TABLE source_server ADD COLUMN project_id TEXT NOT NULL DEFAULT '2d7b94e60c1f4f8fb35a7c9e84d10f63';

DROP INDEX IF EXISTS source_server_registered;
DROP INDEX IF EXISTS source_server_quarantined;
CREATE INDEX IF NOT EXISTS source_server_registered ON source_server (project_id, source_no) WHERE deleted_at IS NULL;
CREATE INDEX IF NOT EXISTS source_server_quarantined ON source_server (project_id, source_no) WHERE quarantine_reason IS NOT NULL;
