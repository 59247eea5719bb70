using CommandBroker.Core;

namespace CommandBroker.Contracts;

/// <summary>A report that ended no command.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.StrayReportView")]
public sealed record StrayReportView
{
    /// <inheritdoc cref="StrayReport.Reason"/>
    [Id(0)] public required StrayReason Reason { get; init; }

    /// <inheritdoc cref="StrayReport.Name"/>
    [Id(1)] public required string Name { get; init; }

    /// <inheritdoc cref="StrayReport.Seq"/>
    [Id(2)] public long? Seq { get; init; }

    /// <inheritdoc cref="StrayReport.Result"/>
    [Id(3)] public required ReportResult Result { get; init; }

    /// <inheritdoc cref="StrayReport.ResultDetail"/>
    [Id(4)] public required string ResultDetail { get; init; }

    /// <inheritdoc cref="StrayReport.ReportedAt"/>
    [Id(5)] public required DateTimeOffset ReportedAt { get; init; }

    /// <inheritdoc cref="StrayReport.ReportedBy"/>
    [Id(6)] public required string ReportedBy { get; init; }
}
