-- least-known: 7
-- Whose keys end with a source server.
-- part: concurrently
create index concurrently if not exists principal_bound on principal (project_id, server_id) where server_id is not null;
