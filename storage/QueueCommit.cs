using System.Collections.Immutable;
using CommandBroker.Core;

namespace CommandBroker.Storage;

/// <summary>What one transition writes.</summary>
public sealed record QueueCommit
{
    /// <summary>The most stray reports that are kept for one source server; the oldest beyond it are removed with the commit that adds one.</summary>
    public const int MaxStrayReports = 100;

    /// <summary>The source server's number, from <see cref="StoredQueue.SourceNo"/>.</summary>
    public required long SourceNo { get; init; }

    /// <summary>A random number of the activation that writes. Tells its own row from another writer's when an answer was lost.</summary>
    public required long Writer { get; init; }

    /// <summary>The changed commands of the transition, in their new form; each number at most once.</summary>
    public required ImmutableArray<Command> Commands { get; init; }

    /// <summary>
    /// A number below which every command has ended once this is written, those with a <see cref="Command.RedriveCount"/> aside: what lets a
    /// store find the open ones without an index over them. Counts only when a command is added. The default, 1, is always true.
    /// </summary>
    public long OpenFrom { get; init; } = 1;

    /// <summary>A report to keep beside the commands; null, as nearly always, when there is none.</summary>
    public StrayReport? Stray { get; init; }
}
