-- Whose keys end with a source server.
CREATE INDEX IF NOT EXISTS principal_bound ON principal (project_id, server_id) WHERE server_id IS NOT NULL;
