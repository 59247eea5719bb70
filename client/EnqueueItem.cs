using CommandBroker.Contracts;

namespace CommandBroker.Client;

/// <summary>One of many commands to enqueue.</summary>
public sealed record EnqueueItem
{
    /// <summary>The source server it is for.</summary>
    public required string ServerId { get; init; }

    /// <summary>The command. Without an idempotency key of its own it gets a new one, so that the client may repeat the call.</summary>
    public required EnqueueCall Command { get; init; }

    /// <summary>The caller's own mark, as a line number; handed back as it is.</summary>
    public long Position { get; init; }
}
