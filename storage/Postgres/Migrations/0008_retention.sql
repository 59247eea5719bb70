-- least-known: 7
-- How old history is found: page after page, from where the last run stopped (docs/decisions/0005).
create table retention (
    one       boolean primary key default true check (one),
    next_page bigint not null default 0
);
insert into retention default values;

-- part: concurrently
drop index concurrently if exists command_added;

-- part: concurrently
create index concurrently if not exists source_server_deleted on source_server (deleted_at) where deleted_at is not null;

-- What agents registered of source servers that are deleted.
-- part: batches
update source_server set details = '{}'
where source_no = any(array(select source_no from source_server where deleted_at is not null and details <> '{}' limit 1000));
