using CommandBroker.Core;

namespace CommandBroker.Client.Wire;

/// <summary>An agent's report.</summary>
public sealed record AgentReportRecord
{
    /// <summary>The command's name, as it was handed out.</summary>
    public required string CommandName { get; init; }

    /// <summary>How it went.</summary>
    public required ReportResult Result { get; init; }

    /// <summary>Any JSON value.</summary>
    public required RawJson ResultDetail { get; init; }
}
