namespace CommandBroker.History;

/// <summary>One call: what was asked, and what came of it.</summary>
/// <param name="Invoked">The line before the request left.</param>
/// <param name="Ended">The line that ends it; null when the client itself was stopped, which is as unknown as a timeout.</param>
public sealed record HistoryCall(HistoryEntry Invoked, HistoryEntry? Ended)
{
    /// <summary>What was asked.</summary>
    public CallKind Op => Invoked.Op;

    /// <summary>How it ended; a call without an end is unknown.</summary>
    public EntryKind Outcome => Ended?.Type ?? EntryKind.Info;

    /// <summary>Whether a client asked the broker; the others are what the run did to it.</summary>
    public bool IsRequest => Op is CallKind.Enqueue or CallKind.Poll or CallKind.Report;

    /// <summary>Whether a refusal said that it is one for now: 503 or 429 with the time to wait. Everything else that is unknown is not polite.</summary>
    public bool IsPoliteRefusal => Ended is { Status: 503 or 429, RetryAfter: not null };

    /// <summary>Whether the broker said that it did it.</summary>
    public bool IsOk => Outcome == EntryKind.Ok;

    /// <summary>The source server.</summary>
    public string Server => Invoked.Server ?? "";

    /// <summary>The digest: of an enqueue as it was sent, of a poll as it was handed out.</summary>
    public string? Hash => Invoked.Hash ?? Ended?.Hash;

    /// <summary>The command's number: of a report as it was sent, of the others as it was answered.</summary>
    public long? CommandId => Invoked.CommandId ?? Ended?.CommandId;

    /// <summary>When the request left.</summary>
    public TimeSpan InvokedAt => Invoked.At;

    /// <summary>When the answer came; never, when it is unknown whether one came.</summary>
    public TimeSpan EndedAt => Ended?.At ?? TimeSpan.MaxValue;

    /// <summary>Whether this is a poll that handed out a command.</summary>
    public bool IsDelivery => Op == CallKind.Poll && IsOk && CommandId is not null;

    /// <inheritdoc/>
    public override string ToString() => $"call {Invoked.Call} ({Op} by {Invoked.Client}, {Outcome})";
}
