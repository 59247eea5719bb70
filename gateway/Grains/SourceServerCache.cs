using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace CommandBroker.Gateway.Grains;

/// <summary>
/// Grain references of source servers that are known to be registered. An id enters only after the directory said that it exists,
/// so polls for made-up ids neither wake a grain nor fill memory.
/// </summary>
internal sealed class SourceServerCache(IBrokerGrains grains, IOptions<GatewayOptions> options)
{
    private readonly ConcurrentDictionary<string, ISourceServerGrain> _known = new(StringComparer.Ordinal);
    private readonly int _capacity = options.Value.MaxCachedSourceServers;
    private int _count;

    /// <summary>How many are kept.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The reference, if the source server is known.</summary>
    public bool TryGet(string serverId, [NotNullWhen(true)] out ISourceServerGrain? grain) => _known.TryGetValue(serverId, out grain);

    /// <summary>The reference, asking the directory if need be; null when no such source server is registered.</summary>
    public async ValueTask<ISourceServerGrain?> FindAsync(string serverId)
    {
        if (_known.TryGetValue(serverId, out ISourceServerGrain? grain))
        {
            return grain;
        }

        if (!await grains.Directory.ExistsAsync(serverId))
        {
            return null;
        }

        grain = grains.SourceServer(serverId);
        if (_known.TryAdd(serverId, grain) && Interlocked.Increment(ref _count) > _capacity)
        {
            ForgetSome();
        }

        return grain;
    }

    /// <summary>Forgets a source server that turned out not to be registered.</summary>
    public void Remove(string serverId)
    {
        if (_known.TryRemove(serverId, out _))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    // Which ones go does not matter: the next poll asks the directory and is back.
    private void ForgetSome()
    {
        int surplus = Math.Max(1, _capacity / 16);
        foreach (KeyValuePair<string, ISourceServerGrain> entry in _known)
        {
            Remove(entry.Key);
            if (--surplus == 0)
            {
                return;
            }
        }
    }
}
