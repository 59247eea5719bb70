using System.Reflection;
using CommandBroker.Storage;

namespace CommandBroker.Grains.Tests;

/// <summary>Counts the looks for deletions that were overtaken, and says of each, when asked to, that not everything could be read.</summary>
internal class WatchedSourceServers : DispatchProxy
{
    private ISourceServerStore _inner = null!;
    private FaultyDatabase _database = null!;

    public static ISourceServerStore Over(ISourceServerStore inner, FaultyDatabase database)
    {
        ISourceServerStore made = Create<ISourceServerStore, WatchedSourceServers>();
        var store = (WatchedSourceServers)made;
        (store._inner, store._database) = (inner, database);
        return made;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name == nameof(ISourceServerStore.RestoreAsync) ? RestoreAsync((DateTimeOffset)args![0]!) : targetMethod.Invoke(_inner, args);

    private async Task<RestoredSourceServers> RestoreAsync(DateTimeOffset since)
    {
        _database.Restores.Add(since);
        RestoredSourceServers restored = await _inner.RestoreAsync(since);
        return _database.RestoresInPart ? restored with { IsWhole = false } : restored;
    }
}
