using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.Grains;

/// <summary>
/// The one way from a caller and a server id to a queue: grain references of source servers that are known to be registered. One enters
/// only after the directory said that it exists, so polls for made-up ids neither wake a grain nor fill memory. What the caller may not
/// see is answered as what does not exist, without asking. Looking up what is known makes no string, whatever the project.
/// </summary>
internal sealed class SourceServerCache
{
    private readonly IBrokerGrains _grains;
    private readonly RegistrationLookup _registrations;
    private readonly ILocalQueues _local;
    private readonly ConcurrentDictionary<string, ISourceServerGrain> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ISourceServerGrain>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly int _capacity;
    private int _count;

    public SourceServerCache(IBrokerGrains grains, ILocalQueues local, IOptions<GatewayOptions> options, TimeProvider clock)
    {
        _grains = grains;
        _registrations = new RegistrationLookup(grains, clock);
        _local = local;
        _bySpan = _known.GetAlternateLookup<ReadOnlySpan<char>>();
        _capacity = options.Value.MaxCachedSourceServers;
    }

    /// <summary>How many are kept.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether a poll would find nothing and change nothing, as far as this process knows; see <see cref="ILocalQueues"/>.</summary>
    public bool IsIdle(Principal caller, ServerId server)
    {
        // The default project's keys need no buffer, and clearing one is not for nothing.
        return caller.MaySee(server)
            && (caller.ProjectId.IsDefault ? _local.IsIdle(server.Value) : IsIdleIn(caller.ProjectId, server));
    }

    /// <summary>The reference, if the source server is known.</summary>
    public bool TryGet(Principal caller, ServerId server, [NotNullWhen(true)] out ISourceServerGrain? grain)
    {
        grain = null;
        return caller.MaySee(server)
            && (caller.ProjectId.IsDefault ? _known.TryGetValue(server.Value, out grain) : TryGetIn(caller.ProjectId, server, out grain));
    }

    /// <summary>The reference, asking the directory if need be; null when there is no such source server for this caller.</summary>
    public ValueTask<ISourceServerGrain?> FindAsync(Principal caller, ServerId server) =>
        TryGet(caller, server, out ISourceServerGrain? grain) ? new ValueTask<ISourceServerGrain?>(grain)
        : caller.MaySee(server) ? AskAsync(new SourceServerKey(caller.ProjectId, server))
        : new ValueTask<ISourceServerGrain?>((ISourceServerGrain?)null);

    /// <summary>Forgets a source server that turned out not to be registered.</summary>
    public void Remove(Principal caller, ServerId server) => Remove(new SourceServerKey(caller.ProjectId, server).Text);

    private bool IsIdleIn(ProjectId project, ServerId server)
    {
        Span<char> buffer = stackalloc char[SourceServerKey.MaxLength];
        return _local.IsIdle(SourceServerKey.Write(project, server, buffer));
    }

    private bool TryGetIn(ProjectId project, ServerId server, [NotNullWhen(true)] out ISourceServerGrain? grain)
    {
        Span<char> buffer = stackalloc char[SourceServerKey.MaxLength];
        return _bySpan.TryGetValue(SourceServerKey.Write(project, server, buffer), out grain);
    }

    private async ValueTask<ISourceServerGrain?> AskAsync(SourceServerKey key)
    {
        if (!await _registrations.IsRegisteredAsync(key))
        {
            return null;
        }

        ISourceServerGrain grain = _grains.SourceServer(key);
        if (_known.TryAdd(key.Text, grain) && Interlocked.Increment(ref _count) > _capacity)
        {
            ForgetSome();
        }

        return grain;
    }

    private void Remove(string key)
    {
        if (_known.TryRemove(key, out _))
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
