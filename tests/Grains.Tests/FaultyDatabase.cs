using CommandBroker.Core;
using CommandBroker.Storage;
using CommandBroker.Storage.Identity;
using CommandBroker.Storage.Memory;

namespace CommandBroker.Grains.Tests;

/// <summary>The memory database with the faults that a test asks for.</summary>
public sealed class FaultyDatabase : IBrokerDatabase, ICommandStore
{
    private readonly IBrokerDatabase _inner = new MemoryDatabase();

    public FaultyDatabase()
    {
        SourceServers = WatchedSourceServers.Over(_inner.SourceServers, this);
        Identities = FaultyIdentityStore.Over(_inner.Identities, () =>
        {
            ThrowIfDown();
            if (FailIdentities)
            {
                throw new StoreUnavailableException("The identities do not answer.");
            }
        }, () => BeforeSecret(), AppendAuditAsync);
    }

    /// <summary>Refuses everything, as a database that is down does.</summary>
    public bool IsDown { get; set; }

    /// <summary>Refuses what concerns identities alone.</summary>
    public bool FailIdentities { get; set; }

    /// <summary>How many events more the audit takes, in parts of 1,000; null takes all.</summary>
    public int? AuditRoom { get; set; }

    /// <summary>What the exchange of a secret waits for.</summary>
    public Func<Task> BeforeSecret { get; set; } = () => Task.CompletedTask;

    /// <summary>Writes, but loses the answer of the next commit.</summary>
    public bool LosesNextAnswer { get; set; }

    /// <summary>Fails the next commit and keeps it, as a disk that stands still does.</summary>
    public bool HoldsNextCommit { get; set; }

    /// <summary>The commit that was kept; carried out when the test likes.</summary>
    public QueueCommit? Held { get; private set; }

    /// <summary>What another writer does just before the next commit; null when nothing.</summary>
    public Func<Task>? BeforeNextCommit { get; set; }

    /// <summary>Source servers whose rows cannot be read.</summary>
    public HashSet<string> Unreadable { get; } = [];

    /// <summary>Loads so far: how often a queue was read.</summary>
    public int LoadCount { get; private set; }

    /// <summary>Questions for idempotency keys so far.</summary>
    public int KeyReadCount { get; private set; }

    /// <summary>Pages of history read so far.</summary>
    public int HistoryReadCount { get; private set; }

    /// <summary>Reads of reports' tags so far.</summary>
    public int TagReadCount { get; private set; }

    /// <summary>Whether no page of the history can be read, though the open commands can.</summary>
    public bool HasUnreadableHistory { get; set; }

    /// <summary>From which numbers on what a poll may have handed out was looked for.</summary>
    public List<long> HandedOutReads { get; } = [];

    /// <summary>Counts of pending commands so far.</summary>
    public int CountCount { get; private set; }

    /// <summary>From when on each look for deletions behind an enqueue looked.</summary>
    public List<DateTimeOffset> Restores { get; } = [];

    /// <summary>Whether such a look cannot read everything.</summary>
    public bool RestoresInPart { get; set; }

    /// <summary>What happens while pending commands are counted.</summary>
    public Action OnCount { get; set; } = () => { };

    /// <summary>The history of the server that is reached now; what was seen of another one is not vouched for.</summary>
    public string? Lineage { get; set; }

    public ICommandStore Commands => this;

    public ISourceServerStore SourceServers { get; }

    public IIdentityStore Identities { get; }

    public (string Invariant, string ConnectionString)? OrleansConnection => null;

    private async Task AppendAuditAsync(IReadOnlyCollection<StoredAuditEvent> events)
    {
        foreach (StoredAuditEvent[] part in events.Chunk(1_000))
        {
            if (AuditRoom is { } room)
            {
                AuditRoom = room >= part.Length ? room - part.Length : throw new StoreUnavailableException("The audit takes no more.");
            }

            await _inner.Identities.AppendAuditAsync(part);
        }
    }

    /// <summary>Runs a commit of another writer, as a second activation would.</summary>
    public Task<CommitStatus> CommitBehindTheBackAsync(QueueCommit commit) => _inner.Commands.CommitAsync(commit);

    public Task OpenAsync(CancellationToken cancellationToken) => _inner.OpenAsync(cancellationToken);

    public Task PingAsync(CancellationToken cancellationToken)
    {
        ThrowIfDown();
        return _inner.PingAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    public async Task<StoredQueue?> LoadAsync(SourceServerKey key)
    {
        ThrowIfDown();
        LoadCount++;
        return Unreadable.Contains(key.Text)
            ? throw new UnreadableRowException("The payload of command 1 cannot be read: it is NULL.")
            : await _inner.Commands.LoadAsync(key) is { } stored ? stored with { Lineage = Lineage } : null;
    }

    public async Task<CommitStatus> CommitAsync(QueueCommit commit)
    {
        ThrowIfDown();
        if (HoldsNextCommit)
        {
            (HoldsNextCommit, Held) = (false, commit);
            throw new StoreUnavailableException("The disk stands still.");
        }

        if (BeforeNextCommit is { } before)
        {
            BeforeNextCommit = null;
            await before();
        }

        CommitStatus status = await _inner.Commands.CommitAsync(commit);
        if (LosesNextAnswer)
        {
            LosesNextAnswer = false;
            throw new StoreUnavailableException("The connection was lost inside COMMIT.");
        }

        return status;
    }

    public Task VouchAsync(string? lineage = null) =>
        lineage == Lineage ? Task.CompletedTask : throw new StoreUnavailableException("Another server has taken over since this was read.");

    public Task<Command?> FindAsync(long sourceNo, long seq) => _inner.Commands.FindAsync(sourceNo, seq);

    public Task<Command?> FindHandedOutAsync(long sourceNo, long token, long fromSeq)
    {
        HandedOutReads.Add(fromSeq);
        return _inner.Commands.FindHandedOutAsync(sourceNo, token, fromSeq);
    }

    public Task<RowStamp?> FindStampAsync(long sourceNo, long seq) => _inner.Commands.FindStampAsync(sourceNo, seq);

    public Task<IReadOnlyList<Command>> FindByKeysAsync(long sourceNo, IReadOnlyCollection<string> idempotencyKeys)
    {
        KeyReadCount++;
        return _inner.Commands.FindByKeysAsync(sourceNo, idempotencyKeys);
    }

    public Task<IReadOnlyList<Command>> FindOvertakenAsync(long sourceNo, long seq)
    {
        ThrowIfUnreadable();
        return _inner.Commands.FindOvertakenAsync(sourceNo, seq);
    }

    public Task<IReadOnlyList<Command>> ReadHistoryAsync(long sourceNo, long? beforeSeq, int limit)
    {
        HistoryReadCount++;
        ThrowIfUnreadable();
        return _inner.Commands.ReadHistoryAsync(sourceNo, beforeSeq, limit);
    }

    public Task<IReadOnlyList<ulong>> ReadReportTagsAsync(long sourceNo, int limit)
    {
        TagReadCount++;
        ThrowIfUnreadable();
        return _inner.Commands.ReadReportTagsAsync(sourceNo, limit);
    }

    public Task<IReadOnlyList<StrayReport>> ReadStrayReportsAsync(long sourceNo, int offset, int limit) =>
        _inner.Commands.ReadStrayReportsAsync(sourceNo, offset, limit);

    public Task<long> CountPendingAsync(ProjectId project, DateTimeOffset now, long most)
    {
        ThrowIfDown();
        CountCount++;
        OnCount();
        return _inner.Commands.CountPendingAsync(project, now, most);
    }

    public Task<OverduePage> FindOverdueAsync(long after, DateTimeOffset now, int limit) => _inner.Commands.FindOverdueAsync(after, now, limit);

    public Task<int> PurgeAsync(DateTimeOffset endedBefore, int limit, double share = ICommandStore.LeastPurgeShare) => _inner.Commands.PurgeAsync(endedBefore, limit, share);

    private void ThrowIfUnreadable()
    {
        if (HasUnreadableHistory)
        {
            throw new UnreadableRowException("A page of the history cannot be read.");
        }
    }

    private void ThrowIfDown()
    {
        if (IsDown)
        {
            throw new StoreUnavailableException("The database does not answer.");
        }
    }
}
