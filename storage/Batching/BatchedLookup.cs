namespace CommandBroker.Storage.Batching;

/// <summary>Lookups by key that share a round trip when they wait at the same time.</summary>
internal sealed class BatchedLookup<TKey, TResult> : IAsyncDisposable
{
    private readonly BatchLoop<PendingLookup<TKey, TResult>> _loop;

    /// <param name="options">The loop's bounds.</param>
    /// <param name="instruments">Where batches are counted.</param>
    /// <param name="handle">Completes every lookup it is given; a fault of one key is that lookup's alone.</param>
    public BatchedLookup(
        BatchLoopOptions options, StoreInstruments instruments, Func<IReadOnlyList<PendingLookup<TKey, TResult>>, ValueTask> handle) =>
        _loop = new BatchLoop<PendingLookup<TKey, TResult>>(options, instruments, handle);

    /// <summary>Looks one key up.</summary>
    /// <exception cref="StoreBusyException">Too many lookups wait.</exception>
    public Task<TResult> FindAsync(TKey key)
    {
        var lookup = new PendingLookup<TKey, TResult>(key);
        try
        {
            _loop.Add(lookup);
        }
        catch (StoreUnavailableException refused)
        {
            // With the task, where callers look for the store's faults.
            lookup.Fail(refused);
        }

        return lookup.Task;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();
}
