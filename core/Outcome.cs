namespace CommandBroker.Core;

/// <summary>How a command ended: when, by whom, why, and what the agent said of it.</summary>
public sealed record Outcome
{
    /// <summary>When it ended, UTC, by the server's clock.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>Who ended it: the principal's name, or <see cref="BrokerActor"/> when a rule of the queue did.</summary>
    public required string EndedBy { get; init; }

    /// <summary>Why, as one sentence for a person.</summary>
    public required string Reason { get; init; }

    /// <summary>The command that replaced it; null unless it was superseded.</summary>
    public long? SupersededBy { get; init; }

    /// <summary>What the agent reported; null when it did not.</summary>
    public ReportResult? Result { get; init; }

    /// <summary>The report's <c>result_detail</c>, JSON text exactly as it came; null when there was no report.</summary>
    public string? ResultDetail { get; init; }

    /// <summary>
    /// Stands for the signature of the report, 2 to 2^63, so that the same request is told from a new report of that name; null when there was no
    /// report, or it was not signed. Only beside a <see cref="ResultDetail"/>.
    /// </summary>
    public ulong? ReportTag { get; init; }

    /// <summary>The actor of everything that a rule of the queue does by itself.</summary>
    public const string BrokerActor = "broker";
}
