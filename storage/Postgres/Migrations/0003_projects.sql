-- Source servers belong to a project. This only adds, so that the release before runs on it: it writes rows of the default project, whose
-- server_id is what it was. A row of another project holds 'project_id/server_id' there, so that one unique column stays the key of all.

-- In the order in which a registration takes them.
lock table source_server_total, source_server in access exclusive mode;

alter table source_server add column project_id text collate "C" not null default '2d7b94e60c1f4f8fb35a7c9e84d10f63';

-- How many source servers are registered in each project.
create table project_total (
    project_id       text collate "C" primary key,
    registered_count bigint not null
);
insert into project_total (project_id, registered_count)
select '2d7b94e60c1f4f8fb35a7c9e84d10f63', registered_count from source_server_total;

-- The release before counts through this name.
drop table source_server_total;
create view source_server_total as
select true as one, registered_count from project_total where project_id = '2d7b94e60c1f4f8fb35a7c9e84d10f63';

-- part: concurrently
create index concurrently if not exists source_server_project on source_server (project_id, source_no) where deleted_at is null;
