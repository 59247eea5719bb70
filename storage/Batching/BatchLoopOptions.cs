namespace CommandBroker.Storage.Batching;

/// <summary>How a <see cref="BatchLoop{TItem}"/> works.</summary>
internal sealed record BatchLoopOptions
{
    /// <summary>What it does, as the metrics say: <c>commit</c>, <c>load</c>, <c>exists</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>Requests that may wait; the next is refused.</summary>
    public required int MaxQueuedCount { get; init; }

    /// <summary>The most requests in one batch; default 512, beyond which one transaction only gets slower to answer.</summary>
    public int MaxBatchCount { get; init; } = 512;

    /// <summary>Whether the handler blocks and so needs a thread of its own; default false.</summary>
    public bool OwnThread { get; init; }

    /// <summary>The setting to name when the queue is full.</summary>
    public string Knob { get; init; } = "Storage:MaxQueuedCommits";
}
