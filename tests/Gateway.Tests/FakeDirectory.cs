using System.Collections.Concurrent;
using CommandBroker.Contracts;

namespace CommandBroker.Gateway.Tests;

internal sealed class FakeDirectory : ISourceDirectoryGrain
{
    public ValueTask VouchAbsenceAsync(string key) => Ids.ContainsKey(key)
        ? throw new BrokerException(BrokerErrorReason.StorageUnavailable, "It is registered.")
        : ValueTask.CompletedTask;

    private int _askedCount;

    /// <summary>The keys that <see cref="ExistEachAsync"/> was asked for, answered or not.</summary>
    public int AskedCount => Volatile.Read(ref _askedCount);

    public ConcurrentDictionary<string, bool> Ids { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Calls { get; } = new();

    public Func<ValueTask> Ping { get; set; } = () => ValueTask.CompletedTask;

    public Func<Task> BeforeExist { get; set; } = () => Task.CompletedTask;

    public Exception? Failure { get; set; }

    public RegisterCall? Registered { get; private set; }

    /// <summary>What was asked for last.</summary>
    public SourceServerQuery? Query => Queries.LastOrDefault();

    public ConcurrentQueue<SourceServerQuery> Queries { get; } = new();

    public SourceServerChange? Changed { get; private set; }

    public SourceServerView View { get; set; } = new()
    {
        ServerId = "s1",
        Name = "web",
        OsType = "LINUX",
        Details = """{"ip":"10.0.0.7","networks":[{"name":"eth0"}]}""",
        RegisteredAt = DateTimeOffset.UnixEpoch,
    };

    public ValueTask<string> RegisterAsync(RegisterCall call)
    {
        Registered = call;
        return Answer("Register", call.ServerId ?? "0b1c");
    }

    public ValueTask<bool> ExistsAsync(string serverId) => Answer("Exists " + serverId, Ids.ContainsKey(serverId));

    public async ValueTask<bool[]> ExistEachAsync(string[] keys)
    {
        Interlocked.Add(ref _askedCount, keys.Length);
        await BeforeExist();
        return await Answer("Exist " + string.Join(' ', keys), keys.Select(Ids.ContainsKey).ToArray());
    }

    public ValueTask<SourceServerView?> ShowAsync(string serverId) =>
        Answer("Show " + serverId, Ids.ContainsKey(serverId) ? View with { ServerId = serverId } : null);

    public ValueTask<SourceServerListView> ListAsync(SourceServerQuery query)
    {
        Queries.Enqueue(query);
        return Answer("List", new SourceServerListView
        {
            Servers = query is not { ServerId: { } only } ? [View] : query.Offset == 0 && Ids.ContainsKey(only) ? [View with { ServerId = only }] : [],
            TotalCount = query is not { ServerId: { } one } ? 7 : Ids.ContainsKey(one) ? 1 : 0,
        });
    }

    public async ValueTask RenameAsync(string serverId, string name, string? actor)
    {
        await Answer($"Rename {serverId} {name}", true);
        if (!Ids.ContainsKey(serverId))
        {
            throw new BrokerException(BrokerErrorReason.UnknownSourceServer, "No such source server is registered.");
        }
    }

    public async ValueTask ChangeAsync(string key, SourceServerChange change, string? actor)
    {
        Changed = change;
        await RenameAsync(key, change.Name ?? "-", actor);
    }

    public ValueTask PingAsync() => Ping();

    private ValueTask<T> Answer<T>(string call, T answer)
    {
        Calls.Enqueue(call);
        return Failure is null ? ValueTask.FromResult(answer) : ValueTask.FromException<T>(Failure);
    }
}
