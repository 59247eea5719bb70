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

    /// <summary>
    /// The number of this very commit, drawn at random with it. It is stored in each row that the commit writes, and tells this commit's
    /// rows from any other's when an answer was lost. Two commits of one writer differ in it; a commit that is tried again keeps it.
    /// </summary>
    public long Token { get; init; } = Random.Shared.NextInt64();

    /// <summary>The changed commands of the transition, in their new form; each number at most once.</summary>
    public required ImmutableArray<Command> Commands { get; init; }

    /// <summary>
    /// A number below which every command has ended once this is written, those with a <see cref="Command.RedriveCount"/> aside: what lets a
    /// store find the open ones without an index over them. Counts only when a command is added. The default, 1, is always true.
    /// </summary>
    public long OpenFrom { get; init; } = 1;

    /// <summary>The <see cref="StoredQueue.Lineage"/> of what the transition was decided on; null is checked by no store.</summary>
    public string? Lineage { get; init; }

    /// <summary>A report to keep beside the commands; null, as nearly always, when there is none.</summary>
    public StrayReport? Stray { get; init; }
}
