-- What Microsoft.Orleans.Clustering.AdoNet expects: statements from OrleansQuery, parameters and columns found by their names, so none
-- of these names may change. Own text, because the package holds no SQL. Each write is one statement and needs no function: the update
-- of the version row comes first and is what concurrent writers queue on; whoever finds another version there writes nothing at all.

create table if not exists OrleansMembershipVersionTable (
    DeploymentId varchar(150) not null constraint OrleansMembershipVersionTable_Key primary key,
    Timestamp    timestamptz(3) not null default now(),
    Version      integer not null default 0
);

create table if not exists OrleansMembershipTable (
    DeploymentId varchar(150) not null,
    Address      varchar(45) not null,
    Port         integer not null,
    Generation   integer not null,
    SiloName     varchar(150) not null,
    HostName     varchar(150) not null,
    Status       integer not null,
    ProxyPort    integer,
    SuspectTimes varchar(8000),
    StartTime    timestamptz(3) not null,
    IAmAliveTime timestamptz(3) not null,
    constraint OrleansMembershipTable_Key primary key (DeploymentId, Address, Port, Generation)
) with (fillfactor = 70);

insert into OrleansQuery (QueryKey, QueryText) values
('InsertMembershipVersionKey', $query$
    with added as (
        insert into OrleansMembershipVersionTable (DeploymentId) values (@DeploymentId)
        on conflict do nothing
        returning 1)
    select count(*)::integer from added
$query$),
('InsertMembershipKey', $query$
    with stepped as (
        update OrleansMembershipVersionTable
        set Timestamp = now(), Version = Version + 1
        where DeploymentId = @DeploymentId and Version = @Version
            and not exists (
                select 1 from OrleansMembershipTable m
                where m.DeploymentId = @DeploymentId and m.Address = @Address and m.Port = @Port and m.Generation = @Generation)
        returning DeploymentId),
    added as (
        insert into OrleansMembershipTable
            (DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime)
        select DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
        from stepped
        returning 1)
    select count(*)::integer from added
$query$),
('UpdateMembershipKey', $query$
    with stepped as (
        update OrleansMembershipVersionTable
        set Timestamp = now(), Version = Version + 1
        where DeploymentId = @DeploymentId and Version = @Version
            and exists (
                select 1 from OrleansMembershipTable m
                where m.DeploymentId = @DeploymentId and m.Address = @Address and m.Port = @Port and m.Generation = @Generation)
        returning DeploymentId),
    changed as (
        update OrleansMembershipTable m
        set Status = @Status, SuspectTimes = @SuspectTimes, IAmAliveTime = @IAmAliveTime
        from stepped s
        where m.DeploymentId = s.DeploymentId and m.Address = @Address and m.Port = @Port and m.Generation = @Generation
        returning 1)
    select count(*)::integer from changed
$query$),
('UpdateIAmAlivetimeKey', $query$
    update OrleansMembershipTable
    set IAmAliveTime = @IAmAliveTime
    where DeploymentId = @DeploymentId and Address = @Address and Port = @Port and Generation = @Generation
$query$),
('MembershipReadRowKey', $query$
    select v.DeploymentId, m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort, m.SuspectTimes, m.StartTime,
        m.IAmAliveTime, v.Version
    from OrleansMembershipVersionTable v
    left join OrleansMembershipTable m
        on m.DeploymentId = v.DeploymentId and m.Address = @Address and m.Port = @Port and m.Generation = @Generation
    where v.DeploymentId = @DeploymentId
$query$),
('MembershipReadAllKey', $query$
    select v.DeploymentId, m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort, m.SuspectTimes, m.StartTime,
        m.IAmAliveTime, v.Version
    from OrleansMembershipVersionTable v
    left join OrleansMembershipTable m on m.DeploymentId = v.DeploymentId
    where v.DeploymentId = @DeploymentId
$query$),
('GatewaysQueryKey', $query$
    select Address, ProxyPort, Generation
    from OrleansMembershipTable
    where DeploymentId = @DeploymentId and Status = @Status and ProxyPort > 0
$query$),
('CleanupDefunctSiloEntriesKey', $query$
    delete from OrleansMembershipTable
    where DeploymentId = @DeploymentId and IAmAliveTime < @IAmAliveTime and Status <> 3
$query$),
('DeleteMembershipTableEntriesKey', $query$
    with removed as (delete from OrleansMembershipTable where DeploymentId = @DeploymentId)
    delete from OrleansMembershipVersionTable where DeploymentId = @DeploymentId
$query$)
on conflict (QueryKey) do update set QueryText = excluded.QueryText;
