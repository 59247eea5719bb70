using System.Collections.Immutable;
using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;

namespace CommandBroker.Grains;

/// <summary>
/// One activation's hold on its queue: what was last read or committed, and the only place that writes. Memory never holds what
/// storage refused: the new state replaces the old one after the commit, and any fault drops it, so that the next call reads it anew.
/// </summary>
internal sealed partial class QueueSession(SourceServerKey key, QueueContext context, LocalQueue local)
{
    // What a store that stands still for minutes can leave behind; of more than that the oldest wait for their lease's end.
    private const int MaxUnknownCount = 16;

    private StoredQueue? _stored;
    private long _readAt;
    private List<UnknownDelivery>? _unknown;

    // By a poll's number, the first command that may have been open when its hand-out was looked for the last time.
    private Dictionary<long, long>? _looked;

    // Of the server that was read from last.
    private string? _lineage;

    // Whether storage may keep less surely what memory holds than what it acknowledged: read, and nothing was committed since.
    private bool _isOnlyRead;

    /// <summary>Whether the queue is in memory, and with it the policy in force.</summary>
    public bool IsLoaded => _stored is not null;

    /// <summary>The queue as last read or committed; only while <see cref="IsLoaded"/>.</summary>
    public QueueState State => _stored!.State;

    /// <summary>Whether settings of its own are kept elsewhere; only while <see cref="IsLoaded"/>.</summary>
    public bool HasOverrides => _stored!.HasOverrides;

    /// <summary>The rules in force; only while <see cref="IsLoaded"/>.</summary>
    public QueuePolicy Policy { get; private set; } = context.Policy;

    /// <summary>Hand-outs that may be stored though their agents were told to come again, the oldest first; nearly always none.</summary>
    public IReadOnlyList<UnknownDelivery> UnknownDeliveries => _unknown ?? (IReadOnlyList<UnknownDelivery>)[];

    /// <summary>Reads the queue from the store, and what the source server sets differently. Without both it is not loaded.</summary>
    /// <param name="readOverrides">Reads its own settings; null when none are stored, or none that can be read.</param>
    /// <returns>False when no such source server is registered.</returns>
    /// <exception cref="BrokerException">StorageUnavailable or Quarantined; and whatever <paramref name="readOverrides"/> throws.</exception>
    public async Task<bool> LoadAsync(Func<Task<QueueOverrides?>> readOverrides)
    {
        (StoredQueue Queue, ReportTags Tags)? reread = _reread;
        _reread = null;
        _readAt = context.Timestamp;
        _isOnlyRead = true;
        if (await GuardAsync(context.Commands.LoadAsync(key)) is not { } stored)
        {
            return false;
        }

        Policy = stored.HasOverrides ? context.Policy.With(await ReadOverridesAsync(stored, readOverrides)) : context.Policy;
        if (stored.Lineage != _lineage)
        {
            // The server that has taken over may lack what was answered on the word of the one before.
            (_lineage, _answered) = (stored.Lineage, null);
        }

        if (reread is { } before && before.Queue.SourceNo == stored.SourceNo && before.Queue.Lineage == stored.Lineage && before.Queue.State.IsAs(stored.State))
        {
            _reportTags = before.Tags;
        }

        _stored = stored;
        return true;
    }

    /// <summary>A source server is said to have settings of its own, and there are none to be read.</summary>
    public static UnreadableRowException NoSettings() =>
        new("It has settings of its own, and none that can be read are stored. Store them anew, or look whether Silo:ServiceId was changed.");

    /// <summary>Whether a hand-out of unknown fate is what is stored now. Null while it is not, and may still be.</summary>
    public async Task<bool?> IsStoredAsync(UnknownDelivery delivery)
    {
        RowStamp? stamp = await GuardAsync(context.Commands.FindStampAsync(_stored!.SourceNo, delivery.Handed.Seq));
        return stamp?.Version < delivery.Handed.Version ? null : stamp == new RowStamp(delivery.Handed.Version, delivery.Token);
    }

    /// <summary>What a poll handed out whose answer its gateway never got, to be taken back at the next load.</summary>
    /// <param name="token">The poll's number.</param>
    /// <param name="isFresh">Whether the queue was read for this look: then one without leases needs no other.</param>
    /// <returns>False when it handed out nothing that is as it left it.</returns>
    public async Task<bool> DoubtAsync(long token, bool isFresh)
    {
        bool mayHaveEnded = Policy.DeliveryMode == DeliveryMode.AtMostOnce;
        if (isFresh && State.LeasedCount == 0 && !mayHaveEnded)
        {
            return false;
        }

        // What is leased is open. What ended as it was handed out may be anywhere: a priority or an instant may have kept it waiting for long.
        // What was not there at the last look was open then, and only a commit that came later can have ended it.
        long firstOpen = State.FirstOpenSeq;
        long from = !mayHaveEnded ? firstOpen : _looked?.GetValueOrDefault(token) ?? 0;
        if (await GuardAsync(context.Commands.FindHandedOutAsync(_stored!.SourceNo, token, from)) is not { } handed)
        {
            if (mayHaveEnded)
            {
                _looked = _looked is { Count: < MaxUnknownCount } few ? few : [];
                _looked.TryAdd(token, firstOpen);
            }

            return false;
        }

        Remember(new UnknownDelivery(token, handed));
        return true;
    }

    /// <summary>The fate of a hand-out is known, and settled.</summary>
    public void Settled(UnknownDelivery delivery)
    {
        _unknown!.Remove(delivery);
        _unknown = _unknown.Count == 0 ? null : _unknown;
    }

    /// <summary>Forgets the queue; the next call reads it anew.</summary>
    public void Drop()
    {
        local.SetBusy();
        _stored = null;

        // A commit of unknown fate, or another activation, may have ended more: what is decided on a queue that was read anew needs these anew.
        _reportTags = null;
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

    /// <summary>Writes a transition and then makes it the state in memory. A conflict or a fault drops the state.</summary>
    /// <param name="next">The queue after it.</param>
    /// <param name="changes">What it changes.</param>
    /// <param name="stray">A report to keep; usually null.</param>
    /// <param name="handedOut">The command that it hands out to an agent, if it does: remembered when the outcome is unknown.</param>
    /// <exception cref="BrokerException">StorageUnavailable; the transition is written or not.</exception>
    public async ValueTask<CommitStatus> CommitAsync(
        QueueState next, ImmutableArray<Command> changes, StrayReport? stray, Command? handedOut = null)
    {
        if (changes.IsEmpty && stray is null)
        {
            return CommitStatus.Committed;
        }

        StoredQueue stored = _stored!;
        ReportTags? tags = _reportTags;
        Drop();
        var commit = new QueueCommit { SourceNo = stored.SourceNo, Commands = changes, OpenFrom = next.FirstOpenSeq, Lineage = stored.Lineage, Stray = stray };
        if (handedOut is not null && PollToken.Current is long token && IsAlone(changes))
        {
            commit = commit with { Token = token };
        }

        CommitStatus status;
        try
        {
            status = await context.Commands.CommitAsync(commit);
        }
        catch (Exception exception) when (StoreFault.IsStoreFault(exception))
        {
            Doubt(changes);
            bool isUnknown = handedOut is not null && exception is not StoreBusyException;
            if (isUnknown)
            {
                Remember(new UnknownDelivery(commit.Token, handedOut!));
            }

            throw Refused(exception, isUnknown);
        }

        if (status == CommitStatus.DuplicateKey)
        {
            // The numbers were free: what memory holds is as it was.
            _stored = stored;
            _reportTags = tags;
        }
        else if (status == CommitStatus.Committed)
        {
            _stored = stored with { State = next };
            _reportTags = tags;
            NoteEnded(changes);
            _isOnlyRead = false;
            context.Instruments.Committed(stored.State, changes, stray);
            LogDeadLetters(changes);
            context.Quotas.Find(key)?.Pending.Note(PendingQuota.ChangeOf(stored.State, next, changes));
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

        await GuardAsync(VouchedAsync(_stored?.Lineage));
        _isOnlyRead = false;
    }

    /// <summary>As <see cref="VouchAsync"/> for what was found absent.</summary>
    /// <param name="lineage">The store's <see cref="ICommandStore.Lineage"/> before it was looked for.</param>
    public Task VouchAbsenceAsync(string? lineage) => GuardAsync(VouchedAsync(lineage));

    /// <summary>Whether no other command leaves a commit as one that is handed out does: a lease that was moved, as the clock stepped back, was seen.</summary>
    private static bool IsAlone(ImmutableArray<Command> changes) =>
        changes.Count(change => change is { State: CommandState.Leased or CommandState.Delivered, OvertakenBy: null }) == 1;

    private async Task<bool> VouchedAsync(string? lineage)
    {
        await context.Commands.VouchAsync(lineage);
        return true;
    }

    private void Remember(UnknownDelivery delivery)
    {
        _unknown ??= [];
        if (_unknown.Count == MaxUnknownCount)
        {
            _unknown.RemoveAt(0);
        }

        _unknown.Add(delivery);
    }

    private void LogDeadLetters(ImmutableArray<Command> changes)
    {
        foreach (Command command in changes)
        {
            if (command.State == CommandState.DeadLettered)
            {
                Log.CommandDeadLettered(context.Logger, key, command.Seq, command.Outcome!.Reason);
            }
        }
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
    /// <param name="fault">The store's.</param>
    /// <param name="mayHaveHandedOut">Whether a hand-out may be stored all the same: this activation may be gone by then, and the gateway knows its number too.</param>
    private BrokerException Refused(Exception fault, bool mayHaveHandedOut = false)
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

        BrokerException refused = StoreFault.Translate(fault, key.ServerId.Value);
        return mayHaveHandedOut ? new BrokerException(refused.Reason, refused.Message, refused.InnerException) { MayHaveHandedOut = true } : refused;
    }
}
