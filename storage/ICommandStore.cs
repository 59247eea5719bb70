using CommandBroker.Core;

namespace CommandBroker.Storage;

/// <summary>
/// Keeps commands, one row each, with optimistic concurrency per row. A store decides nothing about commands.
/// Every method may throw <see cref="StoreUnavailableException"/>; what it was asked to write may then be written or not.
/// </summary>
public interface ICommandStore
{
    /// <summary>Reads one source server's queue. Calls that wait at the same time share one round trip.</summary>
    /// <returns>The queue; null when no such source server is registered.</returns>
    /// <exception cref="UnreadableRowException">
    /// A stored row cannot be read. The source server is marked as quarantined, the row's bytes stay as they are. The mark goes when a later load succeeds.
    /// </exception>
    Task<StoredQueue?> LoadAsync(SourceServerKey key);

    /// <summary>
    /// Writes all of one transition or nothing of it, and completes only after a flushed commit. Calls that wait at the same time
    /// share one commit; one call's fault never fails its neighbours.
    /// </summary>
    /// <remarks>
    /// A command of version 1 is inserted; version n is written over version n - 1 only. Repeating the same commit, which is one of the same
    /// <see cref="QueueCommit.Token"/>, is harmless and answers <see cref="CommitStatus.Committed"/>: that lets a store retry when a
    /// connection was lost inside COMMIT. Any other commit for the same number and version is a <see cref="CommitStatus.Conflict"/>, also one
    /// of the same writer: a call that failed may be carried out at any later time. Each call holds commands of one source server, each number once.
    /// </remarks>
    /// <exception cref="StoreBusyException">More commits wait than the store's bound; nothing was written.</exception>
    Task<CommitStatus> CommitAsync(QueueCommit commit);

    /// <summary>The <see cref="StoredQueue.Lineage"/> of what is read and written from now on; null when it is not known, or there is only one.</summary>
    string? Lineage => null;

    /// <summary>
    /// Completes once everything that this store has shown is kept as surely as a commit. To be awaited before an answer that acknowledges what
    /// was read and writes nothing, as to a repeated call: what is read may be on one disk only, while its commit has to be on two. A store whose
    /// rows are never seen before that has nothing to do.
    /// </summary>
    /// <param name="lineage">The <see cref="StoredQueue.Lineage"/> of what was read; null when it is not known.</param>
    /// <exception cref="StoreUnavailableException">It does not answer, or another server has taken over since.</exception>
    Task VouchAsync(string? lineage = null) => Task.CompletedTask;

    /// <summary>Reads one command, open or ended.</summary>
    /// <returns>Null when there is none, or retention has removed it.</returns>
    /// <exception cref="UnreadableRowException">The row cannot be read.</exception>
    Task<Command?> FindAsync(long sourceNo, long seq);

    /// <summary>Reads the command that a commit handed out to an agent, as long as nothing else has written it since.</summary>
    /// <param name="sourceNo">The source server's number.</param>
    /// <param name="token">The <see cref="QueueCommit.Token"/>; drawn at random, so that it is no other's.</param>
    /// <param name="fromSeq">The lowest number to look at; what was redriven and is open is looked at whatever its number.</param>
    /// <returns>Null when there is none. What the same commit noted as overtaken is not meant.</returns>
    /// <exception cref="UnreadableRowException">The row cannot be read.</exception>
    Task<Command?> FindHandedOutAsync(long sourceNo, long token, long fromSeq);

    /// <summary>Reads which commit wrote a command last: what tells a caller whether a commit of unknown outcome was carried out.</summary>
    /// <returns>Null when there is no such command, or retention has removed it.</returns>
    Task<RowStamp?> FindStampAsync(long sourceNo, long seq);

    /// <summary>Reads the commands that were enqueued with some idempotency keys.</summary>
    /// <param name="sourceNo">The source server's number.</param>
    /// <param name="idempotencyKeys">The keys, each once.</param>
    /// <returns>In any order; nothing for a key that no command has, or whose command retention has removed.</returns>
    /// <exception cref="UnreadableRowException">A row cannot be read.</exception>
    Task<IReadOnlyList<Command>> FindByKeysAsync(long sourceNo, IReadOnlyCollection<string> idempotencyKeys);

    /// <summary>Reads the ended commands whose <see cref="Command.OvertakenBy"/> is a command.</summary>
    /// <param name="sourceNo">The source server's number.</param>
    /// <param name="seq">The number of the one that overtook them.</param>
    /// <exception cref="UnreadableRowException">A row cannot be read.</exception>
    Task<IReadOnlyList<Command>> FindOvertakenAsync(long sourceNo, long seq);

    /// <summary>Reads ended commands, newest number first.</summary>
    /// <param name="sourceNo">The source server.</param>
    /// <param name="beforeSeq">Only lower numbers; null starts at the newest.</param>
    /// <param name="limit">The most to return, 1 to 1,000.</param>
    /// <exception cref="UnreadableRowException">A row cannot be read.</exception>
    Task<IReadOnlyList<Command>> ReadHistoryAsync(long sourceNo, long? beforeSeq, int limit);

    /// <summary>How many ended commands <see cref="ReadReportTagsAsync"/> looks at, the highest numbers.</summary>
    const int ReportTagReach = 1_000;

    /// <summary>
    /// Reads the tags of the reports that ended a source server's last commands, by the instant of the end, the last one first. Of its ended
    /// commands it looks at the <see cref="ReportTagReach"/> with the highest numbers, and of these at what succeeded, failed or was cancelled last.
    /// </summary>
    /// <param name="sourceNo">The source server.</param>
    /// <param name="limit">The most ended commands to take tags of, 1 to 1,000.</param>
    /// <returns>No tag for a command that no signed report ended, and none for an outcome that cannot be read: that is no tag's fault.</returns>
    /// <exception cref="UnreadableRowException">The store cannot read there.</exception>
    Task<IReadOnlyList<ulong>> ReadReportTagsAsync(long sourceNo, int limit);

    /// <summary>Reads reports that ended no command, newest first.</summary>
    /// <param name="sourceNo">The source server.</param>
    /// <param name="offset">How many of the newest to pass over.</param>
    /// <param name="limit">The most to return, from 1.</param>
    Task<IReadOnlyList<StrayReport>> ReadStrayReportsAsync(long sourceNo, int offset, int limit);

    /// <summary>Counts the pending commands of a project's source servers, without those whose time to live is over.</summary>
    /// <param name="project">The project.</param>
    /// <param name="now">What is over at this instant.</param>
    /// <param name="most">Where to stop counting, so that a backlog of any size costs no more than this.</param>
    /// <returns>The count, or <paramref name="most"/> when there are at least that many.</returns>
    Task<long> CountPendingAsync(ProjectId project, DateTimeOffset now, long most);

    /// <summary>
    /// Looks for source servers with open commands whose lease or time to live is over, in the order of their numbers. Bounded in both directions:
    /// of each it looks at the oldest commands only, and quarantined ones are passed over.
    /// </summary>
    /// <param name="after">Only source servers with a higher number; 0 begins.</param>
    /// <param name="now">What is over at this instant.</param>
    /// <param name="limit">The most source servers to look at.</param>
    Task<OverduePage> FindOverdueAsync(long after, DateTimeOffset now, int limit);

    /// <summary>The part of a store that <see cref="PurgeAsync"/> looks at where nothing is due, unless it is told another.</summary>
    const double LeastPurgeShare = 1.0 / 256;

    /// <summary>
    /// Removes ended commands and stray reports older than <paramref name="endedBefore"/>, at most <paramref name="limit"/> of each, and source
    /// servers that were deleted before it.
    /// </summary>
    /// <remarks>
    /// Goes on where the last call stopped, and round and round. Its cost follows what it removes; beyond that it looks at a share of the store.
    /// In one transaction or in several short ones, so that commits are not held up. Each of them also counts the commands it removes into
    /// their source servers and keeps their highest numbers: a crash in between leaves some to remove and loses no count.
    /// </remarks>
    /// <param name="endedBefore">What ended before is due.</param>
    /// <param name="limit">The most.</param>
    /// <param name="share">The part of the store that is looked at where nothing is due, above 0, at most 1. A small store is looked through.</param>
    /// <returns>How many commands were removed; fewer than <paramref name="limit"/> means that no more are due where it looked.</returns>
    Task<int> PurgeAsync(DateTimeOffset endedBefore, int limit, double share = LeastPurgeShare);
}
