using CommandBroker.Contracts;

namespace CommandBroker.Client;

/// <summary>What became of one of many commands.</summary>
public sealed record EnqueueItemOutcome
{
    /// <summary>What was to be enqueued; holds the idempotency key that was sent.</summary>
    public required EnqueueItem Item { get; init; }

    /// <summary>The command's number, or why it was refused.</summary>
    public required EnqueueReply Reply { get; init; }
}
