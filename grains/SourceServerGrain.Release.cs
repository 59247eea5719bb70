using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;

namespace CommandBroker.Grains;

/// <summary>Deliveries that are taken back: those that a gateway could not send, and those that no gateway was told of.</summary>
internal sealed partial class SourceServerGrain
{
    // Ended commands of 64 KiB are then 16 MiB at a time.
    private const int ReleasePageCount = 256;

    public ValueTask ReleaseAsync(ReleaseCall release) => release.PollToken is long token ? TakeBackAsync(token) : TakeBackAsync(new UnsentDelivery
    {
        Seq = release.Seq,
        DeliveryCount = release.DeliveryCount,
        MayHaveArrived = release.MayHaveArrived,
        FormerDeliveredAt = release.FormerDeliveredAt,
        DeliveredAt = release.DeliveredAt,
    });

    /// <summary>Takes back what a poll handed out whose answer never came to its gateway, whichever activation did.</summary>
    private async ValueTask TakeBackAsync(long token)
    {
        bool isFresh = !_session.IsLoaded;
        if (await EnsureLoadedAsync() && await _session.DoubtAsync(token, isFresh))
        {
            _session.Drop();
            await EnsureLoadedAsync();
        }
    }

    private async ValueTask TakeBackAsync(UnsentDelivery delivery)
    {
        if (await TryTakeBackAsync(delivery) == ReleaseStatus.Unchanged)
        {
            // Another activation may have handed the command out: what memory does not know is judged by what the store holds.
            _session.Drop();
            await TryTakeBackAsync(delivery);
        }
    }

    private async ValueTask<ReleaseStatus> TryTakeBackAsync(UnsentDelivery delivery)
    {
        ReleaseOutcome outcome = await RunAsync((queue, _, _) => CommandQueue.Release(queue, delivery, history: null), answer => answer.Stray);
        if (outcome.Status == ReleaseStatus.NeedsHistory)
        {
            List<Command> ended = [];
            outcome = await RunAsync(
                (queue, _, _) => CommandQueue.Release(queue, delivery, ended),
                answer => answer.Stray,
                prepare: async () => ended = await ReadEndedAsync(delivery.Seq));
        }

        return outcome.Status;
    }

    /// <summary>
    /// The ended commands that taking back a delivery depends on: the command itself, what it has overtaken, and what else of its task may forbid
    /// that one of these comes again.
    /// </summary>
    private async ValueTask<List<Command>> ReadEndedAsync(long seq)
    {
        Command? open = _session.State.Find(seq);
        Command? ended = open is null ? await _session.FindEndedAsync(seq) : null;
        List<Command> found = ended is null ? [] : [ended];
        return (open ?? ended)?.TaskId is not { } task || await TryAddOvertakenAsync(found, seq, task) ? found
            : ended is null ? [] : [ended];
    }

    /// <returns>False where the history is damaged: what the delivery overtook then stays as it ended, and the delivery itself is taken back.</returns>
    private async ValueTask<bool> TryAddOvertakenAsync(List<Command> found, long seq, string task)
    {
        if (await _session.TryFindOvertakenAsync(seq) is not { } overtaken)
        {
            return false;
        }

        found.AddRange(overtaken);
        long oldest = _session.State.Open.Where(command => command.OvertakenBy == seq).Concat(found).Min(command => (long?)command.Seq) ?? long.MaxValue;

        // Later commands alone can forbid it. Nearly always there is nothing to forbid, and no history is read.
        var known = found.Select(command => command.Seq).ToHashSet();
        long? before = oldest == long.MaxValue ? null : long.MaxValue;
        while (before is not null)
        {
            if (await _session.TryReadHistoryAsync(before, ReleasePageCount) is not { } page)
            {
                return false;
            }

            found.AddRange(page.Where(command => command.TaskId == task && command.Seq > oldest && !known.Contains(command.Seq)));
            before = page.Count == ReleasePageCount && page[^1].Seq > oldest ? page[^1].Seq : null;
        }

        return true;
    }

    /// <summary>
    /// Takes back the deliveries that are stored though their agents were told to come again, so that their commands are due at once and
    /// the deliveries are not counted. One that is not stored yet is looked for again at the next load.
    /// </summary>
    /// <returns>False when the queue must be read again: what was read is older than such a delivery, or another activation wrote.</returns>
    private async ValueTask<bool> TakeBackUnknownAsync()
    {
        foreach (UnknownDelivery delivery in _session.UnknownDeliveries.ToArray())
        {
            bool? isStored;
            try
            {
                isStored = await _session.IsStoredAsync(delivery);
                if (isStored == true && !await TryTakeBackAsync(delivery))
                {
                    return false;
                }
            }
            catch (BrokerException damaged) when (damaged.Reason == BrokerErrorReason.Quarantined)
            {
                // The queue was read. That this one command cannot be, is no reason to serve no other.
                Log.DeliveryNotTakenBack(_context.Logger, damaged, _key, delivery.Handed.Seq);
                _session.Settled(delivery);
                return false;
            }

            if (isStored is not null)
            {
                _session.Settled(delivery);
            }
        }

        return true;
    }

    private async ValueTask<bool> TryTakeBackAsync(UnknownDelivery delivery)
    {
        Command handed = delivery.Handed;
        Transition<ReleaseOutcome> release = CommandQueue.Release(_session.State, UnsentDelivery.OfUnanswered(handed), await ReadEndedAsync(handed.Seq));
        if (_session.State.Find(handed.Seq)?.Version < handed.Version
            || await _session.CommitAsync(release.State, release.Changes, release.Outcome.Stray) != CommitStatus.Committed)
        {
            _session.Drop();
            return false;
        }

        Log.UnknownDeliveryTakenBack(_context.Logger, _key, handed.Seq, handed.DeliveryCount);
        return true;
    }

    /// <summary>The last chance to take back what only this activation knows of.</summary>
    private async Task TryForgetUnknownAsync()
    {
        try
        {
            _session.Drop();
            await EnsureLoadedAsync();
            if (_session.UnknownDeliveries.Count > 0)
            {
                // Not stored, and may be yet. The gateway looks for it too, by its poll's number.
                Log.UnknownDeliveryForgotten(_context.Logger, null, _key, _session.UnknownDeliveries.Count);
            }
        }
        catch (BrokerException fault)
        {
            Log.UnknownDeliveryForgotten(_context.Logger, fault, _key, _session.UnknownDeliveries.Count);
        }
    }
}
