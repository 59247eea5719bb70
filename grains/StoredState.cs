using Orleans.Storage;

namespace CommandBroker.Grains;

/// <summary>A grain's state, read with its first use and not when the grain is activated: what keeps a grain from being activated reaches its caller without a reason.</summary>
/// <param name="storage">The broker's own, which says what its faults mean.</param>
/// <param name="name">The state's name, one of <see cref="GrainStorage"/>.</param>
/// <param name="grain">The grain.</param>
internal sealed class StoredState<T>(IGrainStorage storage, string name, GrainId grain)
    where T : class, new()
{
    private GrainState<T>? _known;

    /// <summary>What is stored; a new one when nothing is.</summary>
    /// <exception cref="Contracts.BrokerException">StorageUnavailable, or Internal: it cannot be read.</exception>
    public async ValueTask<T> ReadAsync() => (await LoadAsync()).State!;

    /// <summary>Stores another one. After a fault nothing is known, and the next use reads what is stored.</summary>
    /// <exception cref="Contracts.BrokerException">StorageUnavailable: it is stored or not.</exception>
    public async Task WriteAsync(T state)
    {
        GrainState<T> next = await LoadAsync();
        _known = null;
        next.State = state;
        await storage.WriteStateAsync(name, grain, next);
        _known = next;
    }

    /// <summary>Removes what is stored.</summary>
    /// <exception cref="Contracts.BrokerException">StorageUnavailable: it is removed or not.</exception>
    public async Task ClearAsync()
    {
        GrainState<T> gone = await LoadAsync();
        _known = null;
        await storage.ClearStateAsync(name, grain, gone);
    }

    /// <summary>Forgets what was read; the next use reads it anew.</summary>
    public void Forget() => _known = null;

    private async ValueTask<GrainState<T>> LoadAsync()
    {
        if (_known is null)
        {
            var read = new GrainState<T>(new T());
            await storage.ReadStateAsync(name, grain, read);
            read.State ??= new T();
            _known = read;
        }

        return _known;
    }
}
