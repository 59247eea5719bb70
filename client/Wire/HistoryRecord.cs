using System.Collections.Immutable;
using CommandBroker.Contracts;

namespace CommandBroker.Client.Wire;

/// <summary>The answer to <c>GET /api/v1/sources/{server_id}/history</c>.</summary>
public sealed record HistoryRecord
{
    /// <inheritdoc cref="HistoryPage.Commands"/>
    public required ImmutableArray<CommandRecord> Commands { get; init; }

    /// <inheritdoc cref="HistoryPage.StrayReports"/>
    public required ImmutableArray<StrayReportRecord> StrayReports { get; init; }

    /// <summary>The value of <c>before</c> that asks for the next page, decimal; absent on the last one.</summary>
    public string? NextBefore { get; init; }
}
