namespace CommandBroker.Contracts;

/// <summary>The answer to one enqueue.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.EnqueueReply")]
public sealed record EnqueueReply
{
    /// <summary>Null when the command is in the queue, committed; otherwise why it is not.</summary>
    [Id(0)] public BrokerErrorReason? Error { get; init; }

    /// <summary>What was found, what is allowed and the setting; null when there is no error.</summary>
    [Id(1)] public string? Message { get; init; }

    /// <summary>The command's number; that of the first enqueue when <see cref="WasThere"/>; 0 when there is an error.</summary>
    [Id(2)] public long Seq { get; init; }

    /// <summary>Whether an earlier enqueue with the same key and body had added it; nothing was added now.</summary>
    [Id(3)] public bool WasThere { get; init; }
}
