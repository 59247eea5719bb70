-- least-known: 6
-- Numbers that were given out after a backup was made must not be given out again after it was restored (docs/decisions/0004).

-- How many numbers were passed over: highest number = commands + removed + skipped.
alter table source_server add column skipped_count bigint not null default 0;

-- From which number on source servers count that are registered from now on, and which database the broker last saw this table in:
-- a restored copy of it is in another one. The empty text is a database that no broker has looked at.
create table numbering (
    one       boolean primary key default true check (one),
    floor     bigint not null default 0,
    raised_at bigint,
    home      text not null default ''
);
insert into numbering default values;
