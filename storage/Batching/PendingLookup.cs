namespace CommandBroker.Storage.Batching;

/// <summary>A lookup that waits for its round trip.</summary>
internal sealed class PendingLookup<TKey, TResult>(TKey key) : BatchItem<TResult>
{
    /// <summary>What to look up; the same key may wait several times in one batch.</summary>
    public TKey Key => key;
}
