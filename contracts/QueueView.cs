using System.Collections.Immutable;

namespace CommandBroker.Contracts;

/// <summary>One source server's open commands at one instant, or a page of them. The counts are of the whole queue.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.QueueView")]
public sealed record QueueView
{
    /// <summary>The most commands of one page.</summary>
    public const int MaxLimit = 1_000;

    /// <summary>The source server.</summary>
    [Id(0)] public required string ServerId { get; init; }

    /// <summary>Commands that wait to be handed out.</summary>
    [Id(1)] public required int PendingCount { get; init; }

    /// <summary>Commands whose report is awaited.</summary>
    [Id(2)] public required int LeasedCount { get; init; }

    /// <summary>Ended commands that are still kept.</summary>
    [Id(3)] public required long HistoryCount { get; init; }

    /// <summary>Ended commands that retention has removed: enqueued = open + history + removed.</summary>
    [Id(4)] public required long RemovedCount { get; init; }

    /// <summary>The highest number ever given out.</summary>
    [Id(5)] public required long LastSeq { get; init; }

    /// <summary>The open commands in the order of hand-out: all, or a page of them.</summary>
    [Id(6)] public required ImmutableArray<CommandView> Commands { get; init; }

    /// <summary>Ask with this <see cref="QueueCursor"/> for the next page; null on the last one.</summary>
    [Id(7)] public string? NextAfter { get; init; }
}
