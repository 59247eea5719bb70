namespace CommandBroker.Storage.Batching;

/// <summary>A request that a caller awaits. Continuations never run on the loop: a slow caller must not hold up the next batch.</summary>
/// <typeparam name="TResult">The answer.</typeparam>
internal abstract class BatchItem<TResult>() : TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously), IBatchItem
{
    /// <inheritdoc/>
    public void Fail(Exception fault) => TrySetException(fault);
}
