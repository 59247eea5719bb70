using System.Collections.Immutable;

namespace CommandBroker.Contracts;

/// <summary>A page of a history: first the reports that ended no command, newest first, then the ended commands, newest number first.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.HistoryPage")]
public sealed record HistoryPage
{
    /// <summary>The most commands of one page.</summary>
    public const int MaxLimit = 1_000;

    /// <summary>The commands of this page; empty when reports fill it.</summary>
    [Id(0)] public required ImmutableArray<CommandView> Commands { get; init; }

    /// <summary>Reports that ended no command, newest first: at most 100 in all, on the first page, and on the next ones where that has no room for them.</summary>
    [Id(1)] public required ImmutableArray<StrayReportView> StrayReports { get; init; }

    /// <summary>Ask with this number for the next page; null on the last one.</summary>
    [Id(2)] public long? NextBefore { get; init; }
}
