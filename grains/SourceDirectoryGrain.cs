using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace CommandBroker.Grains;

/// <inheritdoc cref="ISourceDirectoryGrain"/>
[StatelessWorker]
[Reentrant]
internal sealed class SourceDirectoryGrain(
    IBrokerDatabase database, StoreProbe probe, IOptions<SourceOptions> options, VisitRecorder visits, AuditRecorder audit, TimeProvider clock,
    ILogger<SourceDirectoryGrain> logger)
    : Grain, ISourceDirectoryGrain
{
    private const string Directory = "the directory of source servers";
    private const int MaxNameLength = 64;
    private const int MaxDetailsLength = 65_536;
    private const int MaxLimit = 1_000;
    private const int MaxChangeAttempts = 10;

    private readonly ISourceServerStore _store = database.SourceServers;

    public async ValueTask<string> RegisterAsync(RegisterCall call)
    {
        CheckName(call.Name);
        if (call.OsType is not ("WINDOWS" or "LINUX"))
        {
            throw Invalid("os_type must be WINDOWS or LINUX.");
        }

        CheckDetails(call.Details);
        string text = call.ServerId ?? Guid.NewGuid().ToString();
        ServerId serverId = ServerId.TryParse(text, out ServerId id) ? id : throw Invalid(ServerId.Describe(text));
        ProjectId project = ProjectOf(call.ProjectId);
        if (!ServerId.TryParseNew(text, out _) && !await GuardAsync(_store.ExistsAsync(new SourceServerKey(project, serverId))))
        {
            // What was registered so by a former release stays in use.
            throw Invalid(ServerId.Describe(text));
        }

        int? quota = (await GuardAsync(database.Identities.FindProjectAsync(project.Value)))?.MaxSourceServers;
        var key = new SourceServerKey(project, serverId);
        bool registered = await GuardAsync(_store.RegisterAsync(
            new SourceServer
            {
                Key = key,
                Name = call.Name,
                OsType = call.OsType,
                Details = call.Details,
                RegisteredAt = clock.GetUtcNow(),
            },
            quota ?? options.Value.MaxCount));
        if (!registered)
        {
            throw new BrokerException(BrokerErrorReason.TooManySourceServers,
                quota is null
                    ? $"{options.Value.MaxCount} source servers are registered in this project; Sources:MaxCount allows no more."
                    : $"{quota} source servers are registered in this project; its quota (max_source_servers) allows no more.");
        }

        // Agents register at each of their starts, a whole fleet at once.
        audit.RecordOften(AuditActions.ServerRegistered, call.Actor, key, static known => known.ServerId.Value, key);
        return serverId.Value;
    }

    public async ValueTask<bool> ExistsAsync(string key) => await GuardAsync(ExistsInStoreAsync(key));

    public async ValueTask<bool[]> ExistEachAsync(string[] keys) => keys.Length <= ISourceDirectoryGrain.MaxExistCount
        ? await GuardAsync(Task.WhenAll(keys.Select(ExistsInStoreAsync)))
        : throw Invalid($"{keys.Length} keys were given; {ISourceDirectoryGrain.MaxExistCount} are allowed.");

    public async ValueTask<SourceServerView?> ShowAsync(string key) =>
        SourceServerKey.TryParse(key, out SourceServerKey id) && await GuardAsync(_store.FindAsync(id)) is SourceServer server ? ViewOf(server) : null;

    public async ValueTask<SourceServerListView> ListAsync(SourceServerQuery query)
    {
        if (query.Limit is < 1 or > MaxLimit || query.Offset < 0)
        {
            throw Invalid($"limit is {query.Limit} and offset {query.Offset}; limit 1 to {MaxLimit} and offset from 0 are allowed.");
        }

        CheckStorable("name", query.NameContains);
        CheckReadable("The query", query.Members);
        ProjectId project = ProjectOf(query.ProjectId);
        if (query.ServerId is not null && !ServerId.TryParse(query.ServerId, out _))
        {
            return new SourceServerListView { Servers = [], TotalCount = 0 };
        }

        if (query.Connected is not null)
        {
            // The store decides who polled lately, so it is told what this silo alone knows.
            await GuardAsync(WriteVisitsAsync());
        }

        SourceServerPage page = await GuardAsync(_store.ListAsync(
            new SourceServerFilter(project, query.Limit, query.Offset, query.Quarantined, query.NameContains)
            {
                Key = query.ServerId is { } id ? new SourceServerKey(project, ServerId.Parse(id)) : null,
                Visited = query.Connected,
                VisitedSince = clock.GetUtcNow() - options.Value.ConnectedTimeout,
                Members = query.Members,
            }));
        return new SourceServerListView { Servers = [.. page.Servers.Select(ViewOf)], TotalCount = page.TotalCount };
    }

    public async ValueTask RenameAsync(string key, string name, string? actor)
    {
        CheckName(name);
        if (!SourceServerKey.TryParse(key, out SourceServerKey id) || !await GuardAsync(_store.RenameAsync(id, name)))
        {
            throw new BrokerException(BrokerErrorReason.UnknownSourceServer, "The source server is not registered.");
        }

        audit.Record(AuditActions.ServerRenamed, actor, id, id.ServerId.Value);
    }

    public async ValueTask ChangeAsync(string key, SourceServerChange change, string? actor)
    {
        if (change.Name is { } name)
        {
            CheckName(name);
        }

        CheckReadable("The change", change.Members);
        for (int attempt = 0; attempt < MaxChangeAttempts; attempt++)
        {
            if (!SourceServerKey.TryParse(key, out SourceServerKey id) || await GuardAsync(_store.FindAsync(id)) is not { } former)
            {
                throw new BrokerException(BrokerErrorReason.UnknownSourceServer, "The source server is not registered.");
            }

            string details = change.Members is { } members ? SourceDetails.Merge(former.Details, members) : former.Details;
            CheckLength(details);
            if (await GuardAsync(_store.ReplaceAsync(former, change.Name ?? former.Name, details)))
            {
                string action = change.Members is null ? AuditActions.ServerRenamed : AuditActions.ServerChanged;
                audit.Record(action, actor, id, id.ServerId.Value);
                return;
            }
        }

        throw new BrokerException(BrokerErrorReason.StorageUnavailable, "Others change the source server at the same time; try again.");
    }

    public async ValueTask VouchAbsenceAsync(string key) => await GuardAsync(VouchAbsenceInStoreAsync(key));

    public async ValueTask PingAsync() => await GuardAsync(PingStoreAsync());

    private async Task<bool> WriteVisitsAsync()
    {
        await _store.RecordVisitsAsync(visits.TakeAll());
        return true;
    }

    private async Task<bool> VouchAbsenceInStoreAsync(string key)
    {
        string? lineage = database.Commands.Lineage;
        if (await ExistsInStoreAsync(key))
        {
            throw new BrokerException(BrokerErrorReason.StorageUnavailable, "The source server was registered at the same time; try again.");
        }

        await database.Commands.VouchAsync(lineage);
        return true;
    }

    private async Task<bool> PingStoreAsync()
    {
        await probe.CheckAsync();
        return true;
    }

    private Task<bool> ExistsInStoreAsync(string key) =>
        SourceServerKey.TryParse(key, out SourceServerKey id) ? _store.ExistsAsync(id) : Task.FromResult(false);

    private SourceServerView ViewOf(SourceServer server) =>
        Views.Of(server, visits.Find(server.Key), options.Value.ConnectedTimeout, clock.GetUtcNow());

    private static ProjectId ProjectOf(string? text) => text is null ? ProjectId.Default
        : ProjectId.TryParse(text, out ProjectId id) ? id
        : throw Invalid(ProjectId.Describe(text));

    private static void CheckName(string name)
    {
        if (name.Length is 0 or > MaxNameLength)
        {
            throw Invalid($"name has {name.Length} characters; 1 to {MaxNameLength} are allowed.");
        }

        CheckStorable("name", name);
    }

    private static void CheckDetails(string details)
    {
        CheckLength(details);
        CheckReadable("The registration", details);
        SourceDetails.Check(details);
    }

    private static void CheckLength(string details)
    {
        if (details.Length > MaxDetailsLength)
        {
            throw Invalid($"The registration has {details.Length} characters; {MaxDetailsLength} are allowed.");
        }
    }

    private static void CheckStorable(string what, string? text)
    {
        if (!StorableText.IsStorable(text))
        {
            throw Invalid($"{what} {StorableText.Fault}");
        }
    }

    /// <summary>Also behind an escape: the store looks into this text.</summary>
    private static void CheckReadable(string what, string? json)
    {
        if (!StorableJson.IsStorable(json))
        {
            throw Invalid($"{what} {StorableText.Fault}");
        }
    }

    private static BrokerException Invalid(string message) => new(BrokerErrorReason.InvalidArgument, message);

    private async Task<T> GuardAsync<T>(Task<T> call)
    {
        try
        {
            return await call;
        }
        catch (Exception exception) when (StoreFault.IsStoreFault(exception))
        {
            if (exception is StoreUnavailableException)
            {
                Log.StoreNotServing(logger, exception, Directory);
            }
            else
            {
                Log.StoreFailed(logger, exception, Directory);
            }

            throw exception is UnreadableRowException
                ? new BrokerException(BrokerErrorReason.Internal, exception.Message)
                : StoreFault.Translate(exception, "?");
        }
    }
}
