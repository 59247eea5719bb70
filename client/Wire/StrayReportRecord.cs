using CommandBroker.Contracts;
using CommandBroker.Core;

namespace CommandBroker.Client.Wire;

/// <summary>A report that ended no command.</summary>
public sealed record StrayReportRecord
{
    /// <inheritdoc cref="StrayReportView.Reason"/>
    public required StrayReason Reason { get; init; }

    /// <inheritdoc cref="StrayReportView.Name"/>
    public required string CommandName { get; init; }

    /// <summary>The command's number, decimal; absent when the report named none.</summary>
    public string? CommandId { get; init; }

    /// <inheritdoc cref="StrayReportView.Result"/>
    public required ReportResult Result { get; init; }

    /// <inheritdoc cref="StrayReportView.ResultDetail"/>
    public required RawJson ResultDetail { get; init; }

    /// <inheritdoc cref="StrayReportView.ReportedAt"/>
    public required DateTimeOffset ReportedAt { get; init; }

    /// <inheritdoc cref="StrayReportView.ReportedBy"/>
    public required string ReportedBy { get; init; }
}
