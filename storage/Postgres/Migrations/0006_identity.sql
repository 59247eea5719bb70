-- Who calls, where they belong, what proves it, and what they did. Instants are UTC ticks, flags 0 and 1; name_folded is the name as it is
-- compared, whatever the case. Secrets are encrypted with a key that is not here; passwords and tokens are hashes.
create table domain (
    domain_id   text collate "C" primary key,
    name        text not null,
    name_folded text collate "C" not null,
    is_enabled  smallint not null,
    created_at  bigint not null
);
create unique index domain_name on domain (name_folded);

create table project (
    project_id              text collate "C" primary key,
    domain_id               text collate "C" not null,
    name                    text not null,
    name_folded             text collate "C" not null,
    is_enabled              smallint not null,
    created_at              bigint not null,
    max_source_servers      integer,
    max_pending_commands    integer,
    max_requests_per_second integer
);
create unique index project_name on project (domain_id, name_folded);

create table principal (
    principal_id      text collate "C" primary key,
    domain_id         text collate "C" not null,
    project_id        text collate "C" not null,
    name              text not null,
    name_folded       text collate "C" not null,
    is_domain_wide    smallint not null,
    server_id         text collate "C",
    roles             integer not null,
    is_enabled        smallint not null,
    password_hash     text,
    tokens_valid_from bigint,
    created_at        bigint not null
);
create unique index principal_name on principal (domain_id, name_folded);

create table credential (
    credential_id      text collate "C" primary key,
    kind               smallint not null,
    principal_id       text collate "C" not null,
    description        text not null,
    secret             bytea,
    master_key_id      text collate "C",
    session_token_hash text collate "C",
    is_enabled         smallint not null,
    created_at         bigint not null,
    expires_at         bigint
);
create index credential_principal on credential (principal_id);
create index credential_newest on credential (created_at, credential_id);
create index credential_end on credential (expires_at) where expires_at is not null;

create table token_key (
    key_id        text collate "C" primary key,
    public_key    bytea not null,
    private_key   bytea not null,
    master_key_id text collate "C" not null,
    created_at    bigint not null,
    expires_at    bigint
);

create table token_revocation (
    token_id   text collate "C" primary key,
    expires_at bigint not null
);
create index token_revocation_end on token_revocation (expires_at);

-- One row: the number of the last write, what that write called itself, and up to where its changes were removed. Every write locks it
-- first and to its commit, so revisions become visible in their order.
create table identity_revision (
    one        boolean primary key default true check (one),
    revision   bigint not null,
    write_id   bigint not null,
    trimmed_to bigint not null
);
insert into identity_revision (revision, write_id, trimmed_to) values (0, 0, 0);

create table identity_change (
    revision  bigint not null,
    change_no integer not null,
    kind      smallint not null,
    subject   text not null,
    primary key (revision, change_no)
);

create table audit (
    audit_no       bigint generated always as identity primary key,
    occurred_at    bigint not null,
    domain_id      text collate "C" not null,
    actor_name     text not null,
    principal_id   text collate "C",
    remote_address text,
    action         text collate "C" not null,
    project_id     text collate "C",
    subject        text,
    request_id     text,
    detail         text
);
create index audit_domain on audit (domain_id, audit_no);

-- What exists in every broker; the ids never change.
insert into domain (domain_id, name, name_folded, is_enabled, created_at)
values ('8f0c6a1d3b7e4c52a9d4e1f07b36c5a2', 'default', 'DEFAULT', 1, (floor(extract(epoch from now())) + 62135596800)::bigint * 10000000);
insert into project (project_id, domain_id, name, name_folded, is_enabled, created_at)
values ('2d7b94e60c1f4f8fb35a7c9e84d10f63', '8f0c6a1d3b7e4c52a9d4e1f07b36c5a2', 'default', 'DEFAULT', 1,
    (floor(extract(epoch from now())) + 62135596800)::bigint * 10000000);
