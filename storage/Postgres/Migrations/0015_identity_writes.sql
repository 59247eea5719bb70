-- least-known: 7
-- Which changes of identities were carried out, so that one whose answer was lost is known when it is tried again, whatever came after it.
create table if not exists identity_write (
    write_id bigint primary key,
    revision bigint not null
);
create index if not exists identity_write_revision on identity_write (revision);
