using System.Collections.Immutable;
using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;

namespace CommandBroker.Grains;

/// <summary>
/// One activation's hold on its queue: what was last read or committed, and the only place that writes. Memory never holds what
/// storage refused: the new state replaces the old one after the commit, and any fault drops it, so that the next call reads it anew.
/// </summary>
internal sealed class QueueSession(SourceServerKey key, QueueContext context, LocalQueue local)
{
    private StoredQueue? _stored;
    private long _readAt;

    // Whether storage may keep less surely what memory holds than what it acknowledged: read, and nothing was committed since.
    private bool _isOnlyRead;

    /// <summary>Whether the queue is in memory.</summary>
    public bool IsLoaded => _stored is not null;

    /// <summary>The queue as last read or committed; only while <see cref="IsLoaded"/>.</summary>
    public QueueState State => _stored!.State;

    /// <summary>Whether settings of its own are kept elsewhere; only while <see cref="IsLoaded"/>.</summary>
    public bool HasOverrides => _stored!.HasOverrides;

    /// <summary>Reads the queue from the store.</summary>
    /// <returns>False when no such source server is registered.</returns>
    /// <exception cref="BrokerException">StorageUnavailable or Quarantined.</exception>
    public async Task<bool> LoadAsync()
    {
        _readAt = context.Timestamp;
        _isOnlyRead = true;
        _stored = await GuardAsync(context.Commands.LoadAsync(key));
        return IsLoaded;
    }

    /// <summary>Forgets the queue; the next call reads it anew.</summary>
    public void Drop()
    {
        local.SetBusy();
        _stored = null;
    }

    /// <summary>
    /// Forgets a queue that was read too long ago to give out a number: another activation may have enqueued since, and retention removed
    /// what it enqueued, so that no row is in the way of the number's second use.
    /// </summary>
    public void DropUnlessNumberingIsSafe()
    {
        if (context.Timestamp - _readAt >= context.NumberingTimestamps)
        {
            Drop();
        }
    }

    /// <summary>Writes a transition and then makes it the state in memory. Anything but Committed drops the state.</summary>
    /// <exception cref="BrokerException">StorageUnavailable; the transition is written or not.</exception>
    public async ValueTask<CommitStatus> CommitAsync(QueueState next, ImmutableArray<Command> changes, StrayReport? stray)
    {
        if (changes.IsEmpty && stray is null)
        {
            return CommitStatus.Committed;
        }

        StoredQueue stored = _stored!;
        Drop();
        CommitStatus status;
        try
        {
            status = await context.Commands.CommitAsync(new QueueCommit
            {
                SourceNo = stored.SourceNo,
                Commands = changes,
                OpenFrom = next.FirstOpenSeq,
                Stray = stray,
            });
        }
        catch (Exception exception) when (StoreFault.IsStoreFault(exception))
        {
            throw Refused(exception);
        }

        if (status == CommitStatus.Committed)
        {
            _stored = stored with { State = next };
            _isOnlyRead = false;
            context.Instruments.Committed(stored.State, changes, stray);
            context.Quotas.Find(key)?.Pending.Note(next.PendingCount - stored.State.PendingCount);
        }
        else if (status == CommitStatus.Conflict)
        {
            context.Instruments.Conflicted();
        }

        return status;
    }

    /// <summary>
    /// Completes once storage keeps what was read here as surely as what it acknowledged. Whoever acknowledges and writes nothing, as to a repeated
    /// call, awaits this first: a commit behind what was read. It costs nothing when one was made since.
    /// </summary>
    /// <exception cref="BrokerException">StorageUnavailable.</exception>
    public async ValueTask VouchAsync()
    {
        if (!_isOnlyRead)
        {
            return;
        }

        await GuardAsync(VouchedAsync());
        _isOnlyRead = false;
    }

    /// <summary>One command that has ended; null when there is none.</summary>
    public Task<Command?> FindEndedAsync(long seq) => ReadAsync(context.Commands.FindAsync(_stored!.SourceNo, seq));

    /// <summary>The retained command with that idempotency key; null when there is none.</summary>
    public Task<Command?> FindByKeyAsync(string key) => ReadAsync(context.Commands.FindByKeyAsync(_stored!.SourceNo, key));

    /// <summary>Ended commands, newest first.</summary>
    public Task<IReadOnlyList<Command>> ReadHistoryAsync(long? before, int limit) =>
        ReadAsync(context.Commands.ReadHistoryAsync(_stored!.SourceNo, before, limit));

    /// <summary>Reports that ended no command, newest first.</summary>
    public Task<IReadOnlyList<StrayReport>> ReadStrayReportsAsync(int limit) =>
        GuardAsync(context.Commands.ReadStrayReportsAsync(_stored!.SourceNo, limit));

    private async Task<bool> VouchedAsync()
    {
        await context.Commands.VouchAsync();
        return true;
    }

    private async Task<T> ReadAsync<T>(Task<T> call)
    {
        T found = await GuardAsync(call);
        _isOnlyRead = true;
        return found;
    }

    private async Task<T> GuardAsync<T>(Task<T> call)
    {
        try
        {
            return await call;
        }
        catch (Exception exception) when (StoreFault.IsStoreFault(exception))
        {
            throw Refused(exception);
        }
    }

    /// <summary>Drops the state, and says the store's fault so that it can cross a process border.</summary>
    private BrokerException Refused(Exception fault)
    {
        Drop();
        if (fault is UnreadableRowException)
        {
            Log.SourceServerQuarantined(context.Logger, key, fault.Message);
        }
        else if (fault is StoreRefusedException)
        {
            Log.StoreFailed(context.Logger, fault, key.Text);
        }
        else
        {
            Log.StoreRefused(context.Logger, fault, key);
        }

        return StoreFault.Translate(fault, key.ServerId.Value);
    }
}
