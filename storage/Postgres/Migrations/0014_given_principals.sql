-- least-known: 7
-- What a start gave: a principal's name or a token, hashed, and whether an administrator has deleted it since.
create table if not exists given_principal (
    given_id text collate "C" primary key,
    is_ended smallint not null
);
