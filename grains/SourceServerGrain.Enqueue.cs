using System.Collections.Immutable;
using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;

namespace CommandBroker.Grains;

internal sealed partial class SourceServerGrain
{
    public async ValueTask<ImmutableArray<EnqueueReply>> EnqueueAsync(ImmutableArray<EnqueueCall> calls, string actor)
    {
        _session.DropUnlessNumberingIsSafe();
        if (calls.Length == 1)
        {
            ImmutableArray<EnqueueReply> only = [await EnqueueOneAsync(calls[0], actor)];
            NoteEnqueued(only, actor);
            return only;
        }

        await RequireLoadedAsync();
        ImmutableArray<EnqueueReply> together = await EnqueueTogetherAsync(calls, actor);
        if (!together.IsDefault)
        {
            NoteEnqueued(together, actor);
            return together;
        }

        var replies = ImmutableArray.CreateBuilder<EnqueueReply>(calls.Length);
        foreach (EnqueueCall call in calls)
        {
            replies.Add(await EnqueueOneAsync(call, actor));
        }

        NoteEnqueued([.. replies], actor);
        return replies.MoveToImmutable();
    }

    /// <summary>For the audit; that each command tells who enqueued it is committed with it.</summary>
    private void NoteEnqueued(ImmutableArray<EnqueueReply> replies, string actor)
    {
        int count = 0;
        long last = 0;
        foreach (EnqueueReply reply in replies)
        {
            if (reply is { Error: null, WasThere: false })
            {
                count++;
                last = reply.Seq;
            }
        }

        _context.Audit.RecordOften(
            AuditActions.CommandEnqueued, actor, _key, static added => AuditText.SubjectOf(added.Key, added.Last, added.Count), (Key: _key, Last: last, Count: count), count);
    }

    /// <summary>
    /// All in one commit. Default when they must go one by one: one replaces another of them, the store knows a key that memory does not,
    /// or the project's quota has no room for all.
    /// </summary>
    private async ValueTask<ImmutableArray<EnqueueReply>> EnqueueTogetherAsync(ImmutableArray<EnqueueCall> calls, string actor)
    {
        DateTimeOffset now = _context.Now;
        QueueState queue = _session.State;
        var changes = ImmutableArray.CreateBuilder<Command>(calls.Length);
        var replies = ImmutableArray.CreateBuilder<EnqueueReply>(calls.Length);
        foreach (EnqueueCall call in calls)
        {
            Transition<EnqueueOutcome> transition = await DecideAsync(call, actor, queue, now, prior: null);
            if (transition.Outcome.Status == EnqueueStatus.HistoryFull
                || transition.Changes.Any(change => changes.Any(earlier => earlier.Seq == change.Seq)))
            {
                return default;
            }

            queue = transition.State;
            changes.AddRange(transition.Changes);
            replies.Add(Views.Of(transition.Outcome));
        }

        return await CommitWithinQuotaAsync(queue, changes.DrainToImmutable()) == CommitStatus.Committed
            ? replies.MoveToImmutable()
            : default;
    }

    private async ValueTask<EnqueueReply> EnqueueOneAsync(EnqueueCall call, string actor)
    {
        Command? prior = null;
        bool isFresh = false;
        for (int round = 1; round <= MaxRounds; round++)
        {
            await RequireLoadedAsync();
            Transition<EnqueueOutcome> transition = await DecideAsync(call, actor, _session.State, _context.Now, prior);
            if (transition.Outcome.Status == EnqueueStatus.HistoryFull && !isFresh)
            {
                // Retention may have removed some since this queue was read.
                isFresh = true;
                _session.Drop();
                continue;
            }

            switch (await CommitWithinQuotaAsync(transition.State, transition.Changes))
            {
                case null when prior is null && call.IdempotencyKey is string key && await _session.FindByKeyAsync(key) is Command retained:
                    // The retry of an enqueue that was acknowledged: it adds nothing.
                    prior = retained;
                    break;
                case null:
                    return OverQuota();
                case CommitStatus.Committed:
                    return Views.Of(transition.Outcome);
                case CommitStatus.DuplicateKey:
                    await RequireLoadedAsync();
                    prior = await _session.FindByKeyAsync(call.IdempotencyKey!);
                    break;
                default:
                    Log.CommitConflicted(_context.Logger, _key, round);
                    break;
            }
        }

        throw new BrokerException(BrokerErrorReason.StorageUnavailable,
            $"Source server {_key.ServerId} is written from elsewhere at the same time; {MaxRounds} rounds did not settle it.");
    }

    /// <summary>
    /// Decides, and again with what the store says about the key when there is no room: nothing will be written, so the store would not
    /// meet the key of a command that has ended, and the retry of an enqueue that was acknowledged would be refused.
    /// </summary>
    private async ValueTask<Transition<EnqueueOutcome>> DecideAsync(
        EnqueueCall call, string actor, QueueState queue, DateTimeOffset now, Command? prior)
    {
        Transition<EnqueueOutcome> transition = Decide(call, actor, queue, now, prior);
        return transition.Outcome.Status is EnqueueStatus.QueueFull or EnqueueStatus.HistoryFull
            && call.IdempotencyKey is string key
            && await _session.FindByKeyAsync(key) is Command retained
                ? Decide(call, actor, queue, now, retained)
                : transition;
    }

    /// <summary>Commits a transition that may add commands. Null, and nothing is written, when the project's quota has no room for them.</summary>
    private async ValueTask<CommitStatus?> CommitWithinQuotaAsync(QueueState next, ImmutableArray<Command> changes)
    {
        int added = next.PendingCount - _session.State.PendingCount;
        if (added <= 0 || _context.Quotas.Find(_key) is not { } quota)
        {
            return await _session.CommitAsync(next, changes, stray: null);
        }

        if (!await _context.Quotas.TryReserveAsync(quota, added))
        {
            return null;
        }

        try
        {
            return await _session.CommitAsync(next, changes, stray: null);
        }
        finally
        {
            quota.Pending.Release(added);
        }
    }

    private EnqueueReply OverQuota()
    {
        _context.Instruments.OverQuota();
        return new EnqueueReply
        {
            Error = BrokerErrorReason.TenantQuotaExceeded,
            Message = $"The project has as many pending commands as its quota allows, {_context.Quotas.Find(_key)?.Pending.Limit} (max_pending_commands).",
        };
    }

    private Transition<EnqueueOutcome> Decide(EnqueueCall call, string actor, QueueState queue, DateTimeOffset now, Command? prior)
    {
        if (CommandParamText.FaultOf(call.Param, out string? taskId) is string fault)
        {
            return new Transition<EnqueueOutcome>(queue, [], new EnqueueOutcome(EnqueueStatus.Invalid, 0, fault));
        }

        var request = new EnqueueRequest
        {
            Name = call.Name,
            Param = call.Param,
            TaskId = taskId,
            Priority = call.Priority,
            NotBeforeAt = call.NotBeforeAt?.ToUniversalTime(),
            TimeToLive = call.TimeToLive,
            IdempotencyKey = call.IdempotencyKey,
            SupersedesTask = call.SupersedesTask,
            Actor = actor,
        };
        return CommandQueue.Enqueue(queue, request, _policy, now, prior);
    }
}
