-- Source servers and their commands. Instants are UTC ticks of 100 ns, which is what the broker compares by.

create table source_server (
    source_no         bigint generated always as identity primary key,
    server_id         text collate "C" not null unique,
    name              text not null,
    name_folded       text not null,
    os_type           text not null,
    details           text not null,
    registered_at     bigint not null,
    deleted_at        bigint,
    last_visit_at     bigint,
    has_overrides     boolean not null default false,
    seq_floor         bigint not null default 0,
    removed_count     bigint not null default 0,
    quarantine_reason text
) with (fillfactor = 80);

-- How many source servers are registered: counting 100,000 rows for each registration would not do.
create table source_server_total (
    one              boolean primary key default true check (one),
    registered_count bigint not null
);
insert into source_server_total (registered_count) values (0);

-- The primary key is over all rows, ended ones too: it is what stops a stale activation from using a number twice.
-- No index holds a column that a delivery changes, so a delivery is a HOT update: it writes the heap page and no index.
create table command (
    source_no       bigint not null,
    seq             bigint not null,
    version         integer not null,
    writer          bigint not null,
    state           smallint not null,
    delivery_count  integer not null,
    redrive_count   integer not null,
    delivered_at    bigint,
    leased_until    bigint,
    overtaken_by    bigint,
    ended_at        bigint,
    idempotency_key text collate "C",
    payload         bytea,
    outcome         bytea,
    primary key (source_no, seq)
) with (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_insert_scale_factor = 0.1,
    autovacuum_analyze_scale_factor = 0.1,
    autovacuum_vacuum_cost_delay = 0
);

create index command_open on command (source_no) where ended_at is null;
create unique index command_key on command (source_no, idempotency_key) where idempotency_key is not null;
create index command_ended on command using brin (ended_at) with (pages_per_range = 32, autosummarize = on);

-- Texts that agents send may hold U+0000, which the type text refuses: bytes of UTF-8.
create table stray_report (
    stray_no      bigint generated always as identity primary key,
    source_no     bigint not null,
    reported_at   bigint not null,
    reason        smallint not null,
    seq           bigint,
    result        smallint not null,
    name          bytea not null,
    result_detail bytea not null,
    reported_by   bytea not null
);
create index stray_report_source on stray_report (source_no, stray_no);
create index stray_report_age on stray_report (reported_at);

-- What a readiness check writes.
create table ping (
    one       boolean primary key default true check (one),
    pinged_at timestamptz not null default now()
);
insert into ping default values;
