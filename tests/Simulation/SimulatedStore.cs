using CommandBroker.Core;
using CommandBroker.Storage;
using CommandBroker.Storage.Memory;

namespace CommandBroker.Simulation;

/// <summary>
/// The store as one activation sees it: every call is handed to the schedule instead of being carried out. What a call does is what the
/// store for tests does, which passes the same contract as SQLite and PostgreSQL.
/// </summary>
internal sealed class SimulatedStore(SimulatedActivation activation, StoreRows rows, List<PendingCall> pending) : ICommandStore
{
    public Task<StoredQueue?> LoadAsync(SourceServerKey key) => Schedule(false, () => rows.Load(key));

    public Task<CommitStatus> CommitAsync(QueueCommit commit)
    {
        if (rows.Mutant == Mutant.TokenPerActivation)
        {
            commit = commit with { Token = activation.Token };
        }

        if (rows.Mutant != Mutant.AnswersBeforeCommit)
        {
            return Schedule(true, () => rows.Commit(commit));
        }

        _ = Schedule(true, () => rows.Commit(commit));
        return Task.FromResult(CommitStatus.Committed);
    }

    public Task<Command?> FindAsync(long sourceNo, long seq) => Schedule(false, () => rows.Inner.FindAsync(sourceNo, seq).Result);

    public Task<Command?> FindHandedOutAsync(long sourceNo, long token, long fromSeq) =>
        Schedule(false, () => rows.Inner.FindHandedOutAsync(sourceNo, token, fromSeq).Result);

    public Task<RowStamp?> FindStampAsync(long sourceNo, long seq) => Schedule(false, () => rows.Inner.FindStampAsync(sourceNo, seq).Result);

    public Task<IReadOnlyList<Command>> FindByKeysAsync(long sourceNo, IReadOnlyCollection<string> idempotencyKeys) =>
        Schedule(false, () => rows.Inner.FindByKeysAsync(sourceNo, idempotencyKeys).Result);

    public Task<IReadOnlyList<Command>> FindOvertakenAsync(long sourceNo, long seq) => Schedule(false, () => rows.Inner.FindOvertakenAsync(sourceNo, seq).Result);

    public Task<IReadOnlyList<Command>> ReadHistoryAsync(long sourceNo, long? beforeSeq, int limit) =>
        Schedule(false, () => rows.Inner.ReadHistoryAsync(sourceNo, beforeSeq, limit).Result);

    public Task<IReadOnlyList<ulong>> ReadReportTagsAsync(long sourceNo, int limit) =>
        Schedule(false, () => rows.Inner.ReadReportTagsAsync(sourceNo, limit).Result);

    public Task<IReadOnlyList<StrayReport>> ReadStrayReportsAsync(long sourceNo, int offset, int limit) =>
        Schedule(false, () => rows.Inner.ReadStrayReportsAsync(sourceNo, offset, limit).Result);

    public Task<long> CountPendingAsync(ProjectId project, DateTimeOffset now, long most) => throw new NotSupportedException("Nothing here has a quota.");

    public Task<OverduePage> FindOverdueAsync(long after, DateTimeOffset now, int limit) => throw new NotSupportedException("Nobody sweeps here.");

    public Task<int> PurgeAsync(DateTimeOffset endedBefore, int limit, double share = ICommandStore.LeastPurgeShare) => throw new NotSupportedException("Retention is the schedule's.");

    // Continuations run where the schedule answers: one thread, one order, no scheduler of .NET in between.
    private Task<T> Schedule<T>(bool isWrite, Func<T> carryOut)
    {
        var waiting = new TaskCompletionSource<T>();
        pending.Add(new PendingCall(activation, isWrite, () => carryOut(), result => waiting.SetResult((T)result!), waiting.SetException));
        return waiting.Task;
    }
}
