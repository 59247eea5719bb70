-- What Microsoft.Orleans.Persistence.AdoNet expects: it reads its statements from OrleansQuery and finds values by the names of
-- parameters and columns, so none of these names may change. Own text, because Orleans' package holds no SQL and its published script has
-- no unique key: there, two activations' first writes are both acknowledged and the grain can never be read again.

create table if not exists OrleansQuery (
    QueryKey  varchar(64) not null constraint OrleansQuery_Key primary key,
    QueryText varchar(8000) not null
);

create table if not exists OrleansStorage (
    GrainIdHash            integer not null,
    GrainIdN0              bigint not null,
    GrainIdN1              bigint not null,
    GrainTypeHash          integer not null,
    GrainTypeString        varchar(512) not null,
    GrainIdExtensionString varchar(512),
    ServiceId              varchar(150) not null,
    PayloadBinary          bytea,
    ModifiedOn             timestamp not null,
    Version                integer
);

-- The hashes come first: they are what a read looks for. NULL and '' are the same key, as one extension string or none.
create unique index if not exists OrleansStorage_Key on OrleansStorage (
    GrainIdHash, GrainTypeHash, GrainIdN0, GrainIdN1, ServiceId, GrainTypeString, coalesce(GrainIdExtensionString, ''));

-- Answers the new version, or the one it was given when another writer was faster, which Orleans takes for InconsistentStateException.
create or replace function WriteToStorage(
    _GrainIdHash integer, _GrainIdN0 bigint, _GrainIdN1 bigint, _GrainTypeHash integer, _GrainTypeString varchar,
    _GrainIdExtensionString varchar, _ServiceId varchar, _GrainStateVersion integer, _PayloadBinary bytea)
returns table (NewGrainStateVersion integer) language plpgsql as $body$
declare
    _Written integer;
begin
    if _GrainStateVersion is null then
        insert into OrleansStorage
        values (_GrainIdHash, _GrainIdN0, _GrainIdN1, _GrainTypeHash, _GrainTypeString, _GrainIdExtensionString, _ServiceId,
            _PayloadBinary, now() at time zone 'utc', 1)
        on conflict do nothing
        returning Version into _Written;
    else
        update OrleansStorage s
        set PayloadBinary = _PayloadBinary, ModifiedOn = now() at time zone 'utc', Version = s.Version + 1
        where s.GrainIdHash = _GrainIdHash and s.GrainTypeHash = _GrainTypeHash and s.GrainIdN0 = _GrainIdN0 and s.GrainIdN1 = _GrainIdN1
            and s.ServiceId = _ServiceId and s.GrainTypeString = _GrainTypeString
            and coalesce(s.GrainIdExtensionString, '') = coalesce(_GrainIdExtensionString, '')
            and s.Version = _GrainStateVersion
        returning s.Version into _Written;
    end if;
    return query select coalesce(_Written, _GrainStateVersion);
end
$body$;

insert into OrleansQuery (QueryKey, QueryText) values
('ReadFromStorageKey', $query$
    select PayloadBinary, now() at time zone 'utc', Version
    from OrleansStorage
    where GrainIdHash = @GrainIdHash and GrainTypeHash = @GrainTypeHash and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1
        and ServiceId = @ServiceId and GrainTypeString = @GrainTypeString
        and coalesce(GrainIdExtensionString, '') = coalesce(@GrainIdExtensionString::varchar, '')
$query$),
('WriteToStorageKey', $query$
    select * from WriteToStorage(@GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString,
        @ServiceId, @GrainStateVersion, @PayloadBinary)
$query$),
('ClearStorageKey', $query$
    update OrleansStorage
    set PayloadBinary = null, ModifiedOn = now() at time zone 'utc', Version = Version + 1
    where GrainIdHash = @GrainIdHash and GrainTypeHash = @GrainTypeHash and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1
        and ServiceId = @ServiceId and GrainTypeString = @GrainTypeString
        and coalesce(GrainIdExtensionString, '') = coalesce(@GrainIdExtensionString::varchar, '') and Version = @GrainStateVersion
    returning Version as NewGrainStateVersion
$query$),
('DeleteStorageKey', $query$
    delete from OrleansStorage
    where GrainIdHash = @GrainIdHash and GrainTypeHash = @GrainTypeHash and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1
        and ServiceId = @ServiceId and GrainTypeString = @GrainTypeString
        and coalesce(GrainIdExtensionString, '') = coalesce(@GrainIdExtensionString::varchar, '') and Version = @GrainStateVersion
    returning Version + 1 as NewGrainStateVersion
$query$)
on conflict (QueryKey) do update set QueryText = excluded.QueryText;
