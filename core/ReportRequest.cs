namespace CommandBroker.Core;

/// <summary>What an agent reports.</summary>
public sealed record ReportRequest
{
    /// <summary><c>command_name</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>result</c>.</summary>
    public required ReportResult Result { get; init; }

    /// <summary><c>result_detail</c>, JSON text exactly as it came.</summary>
    public required string ResultDetail { get; init; }

    /// <summary>The command's number, when the agent named it; null leaves the match to the name.</summary>
    public long? Seq { get; init; }

    /// <summary>Stands for the signature that it came with, see <see cref="Outcome.ReportTag"/>; null when there is none to remember.</summary>
    public ulong? Tag { get; init; }

    /// <summary>The principal that reports.</summary>
    public required string Actor { get; init; }
}
