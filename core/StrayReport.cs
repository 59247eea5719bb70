namespace CommandBroker.Core;

/// <summary>A report that ended no command, kept in the history because it may be the only trace of what an agent did.</summary>
public sealed record StrayReport
{
    /// <summary>Why it ended nothing.</summary>
    public required StrayReason Reason { get; init; }

    /// <summary>The <c>command_name</c> that was reported.</summary>
    public required string Name { get; init; }

    /// <summary>The command that it contradicts; null when none is known.</summary>
    public long? Seq { get; init; }

    /// <summary>What was reported.</summary>
    public required ReportResult Result { get; init; }

    /// <summary>The report's <c>result_detail</c>, JSON text exactly as it came.</summary>
    public required string ResultDetail { get; init; }

    /// <summary>When it came, UTC.</summary>
    public required DateTimeOffset ReportedAt { get; init; }

    /// <summary>The principal that reported.</summary>
    public required string ReportedBy { get; init; }
}
