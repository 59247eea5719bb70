using System.Collections.Immutable;
using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;

namespace CommandBroker.Grains;

internal sealed partial class SourceServerGrain
{
    /// <summary>The most commands that one commit adds.</summary>
    private const int MaxTogetherCount = 1_000;

    /// <summary>A commit takes no more commands when their parameters have this many characters.</summary>
    private const int MaxTogetherLength = 4 * 1024 * 1024;

    public ValueTask<ImmutableArray<EnqueueReply>> EnqueueAsync(ImmutableArray<EnqueueCall> calls, string actor)
    {
        _session.DropUnlessNumberingIsSafe();
        return calls.Length == 1 ? EnqueueAloneAsync(calls[0], actor) : EnqueueAllAsync(calls, actor);
    }

    private async ValueTask<ImmutableArray<EnqueueReply>> EnqueueAllAsync(ImmutableArray<EnqueueCall> calls, string actor)
    {
        var replies = ImmutableArray.CreateBuilder<EnqueueReply>(calls.Length);
        while (replies.Count < calls.Length)
        {
            ImmutableArray<EnqueueCall> part = PartOf(calls, replies.Count);
            ImmutableArray<EnqueueReply> together = await EnqueueTogetherAsync(part, actor);
            if (!together.IsDefault)
            {
                NoteEnqueued(together, actor);
                replies.AddRange(together);
                continue;
            }

            bool isFresh = false;
            foreach (EnqueueCall call in part)
            {
                ImmutableArray<EnqueueReply> reply = await EnqueueAloneAsync(call, actor, isFresh);

                // What retention removed was looked at for this one: the queue is not read again for each that follows.
                isFresh |= reply[0].Error == BrokerErrorReason.HistoryFull;
                replies.AddRange(reply);
            }
        }

        return replies.MoveToImmutable();
    }

    /// <summary>As many of the calls as one commit takes, at least one: a commit is one statement, so it is bounded in rows and in size.</summary>
    private static ImmutableArray<EnqueueCall> PartOf(ImmutableArray<EnqueueCall> calls, int start)
    {
        int end = start;
        for (long length = 0; end < calls.Length && end - start < MaxTogetherCount && length < MaxTogetherLength; end++)
        {
            length += calls[end].Param.Length;
        }

        return start == 0 && end == calls.Length ? calls : calls.Slice(start, end - start);
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
    /// All in one commit. Default when they must go one by one: one replaces another of them, another activation writes, or the project's quota has
    /// no room for all.
    /// </summary>
    private async ValueTask<ImmutableArray<EnqueueReply>> EnqueueTogetherAsync(ImmutableArray<EnqueueCall> calls, string actor)
    {
        await RequireLoadedAsync();
        (CommitStatus? status, ImmutableArray<EnqueueReply> replies) = await TryEnqueueTogetherAsync(calls, actor, priors: null);
        if (status == CommitStatus.DuplicateKey)
        {
            // A batch that is sent again, or one without room, which a repeated command does not need: all keys are looked for at once.
            IReadOnlyList<Command> priors = await _session.FindByKeysAsync([.. calls.Select(call => call.IdempotencyKey).OfType<string>().Distinct()]);
            foreach (Command prior in priors)
            {
                DropIfBehind(prior);
            }

            await RequireLoadedAsync();
            (status, replies) = await TryEnqueueTogetherAsync(calls, actor, priors.ToDictionary(prior => prior.IdempotencyKey!));
        }

        if (status != CommitStatus.Committed)
        {
            return default;
        }

        if (replies.Any(reply => reply.WasThere))
        {
            await _session.VouchAsync();
        }

        return replies;
    }

    /// <summary>
    /// Status null: nothing was written, as they must go one by one. DuplicateKey: nothing was written, and the store has to be asked for
    /// <paramref name="priors"/>, the retained commands of their keys.
    /// </summary>
    private async ValueTask<(CommitStatus? Status, ImmutableArray<EnqueueReply> Replies)> TryEnqueueTogetherAsync(
        ImmutableArray<EnqueueCall> calls, string actor, Dictionary<string, Command>? priors)
    {
        if (EnqueueBatch.Begin(_session.State, _session.Policy, _context.Now) is not { } batch)
        {
            return (null, default);
        }

        var replies = ImmutableArray.CreateBuilder<EnqueueReply>(calls.Length);
        foreach (EnqueueCall call in calls)
        {
            Command? prior = call.IdempotencyKey is { } key ? priors?.GetValueOrDefault(key) : null;
            EnqueueOutcome? outcome = RequestOf(call, actor, out string? fault) is { } request
                ? batch.Add(request, prior)
                : new EnqueueOutcome(EnqueueStatus.Invalid, 0, fault);
            bool isRefused = outcome?.Status is EnqueueStatus.QueueFull or EnqueueStatus.HistoryFull;
            if (isRefused && call.IdempotencyKey is not null && priors is null)
            {
                return (CommitStatus.DuplicateKey, default);
            }

            if (outcome is null or { Status: EnqueueStatus.HistoryFull })
            {
                return (null, default);
            }

            replies.Add(Views.Of(outcome.Value));
        }

        Transition<int> transition = batch.Finish();
        using QuotaRoom room = await ReserveAsync(transition.State, transition.Changes);
        if (!room.IsGiven)
        {
            return (null, default);
        }

        CommitStatus status = await _session.CommitAsync(transition.State, transition.Changes, stray: null);
        return (status, replies.MoveToImmutable());
    }

    /// <summary>Drops a queue that does not know an open command: another activation has enqueued it.</summary>
    private void DropIfBehind(Command? stored)
    {
        if (stored is { IsOpen: true } && _session.IsLoaded && _session.State.Find(stored.Seq) is null)
        {
            _session.Drop();
        }
    }

    // One method from the decision to the answer: every further one that waits for the commit would cost a turn of the activation's scheduler.
    private async ValueTask<ImmutableArray<EnqueueReply>> EnqueueAloneAsync(EnqueueCall call, string actor, bool isFresh = false)
    {
        Command? prior = null;
        for (int round = 1; round <= MaxRounds; round++)
        {
            await RequireLoadedAsync();
            Transition<EnqueueOutcome> transition = await DecideAsync(call, actor, _session.State, _context.Now, prior);
            if (transition.IsPartial)
            {
                await RequireSettledAsync();
                transition = await DecideAsync(call, actor, _session.State, _context.Now, prior);
            }

            if (transition.Outcome.Status == EnqueueStatus.HistoryFull && !isFresh)
            {
                // Retention may have removed some since this queue was read.
                isFresh = true;
                _session.Drop();
                continue;
            }

            using QuotaRoom room = await ReserveAsync(transition.State, transition.Changes);
            if (!room.IsGiven)
            {
                if (prior is not null || call.IdempotencyKey is null || (prior = await _session.FindByKeyAsync(call.IdempotencyKey)) is null)
                {
                    return [OverQuota()];
                }

                // The retry of an enqueue that was acknowledged: it adds nothing.
                continue;
            }

            switch (await _session.CommitAsync(transition.State, transition.Changes, stray: null))
            {
                case CommitStatus.Committed when transition.IsPartial:
                    break;
                case CommitStatus.Committed:
                    ImmutableArray<EnqueueReply> reply = [Views.Of(transition.Outcome)];
                    if (reply[0].WasThere)
                    {
                        await _session.VouchAsync();
                    }

                    NoteEnqueued(reply, actor);
                    return reply;
                case CommitStatus.DuplicateKey:
                    prior = await _session.FindByKeyAsync(call.IdempotencyKey!);
                    DropIfBehind(prior);
                    break;
                default:
                    Log.CommitConflicted(_context.Logger, _key, round);
                    break;
            }
        }

        throw Unsettled();
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

    /// <summary>Room in the project's quota for what a transition adds.</summary>
    private ValueTask<QuotaRoom> ReserveAsync<TChanges>(QueueState next, TChanges changes)
        where TChanges : IReadOnlyList<Command> =>
        _context.Quotas.Find(_key) is { } quota && PendingQuota.ChangeOf(_session.State, next, changes) is > 0 and int added
            ? _context.Quotas.ReserveAsync(quota, added)
            : new ValueTask<QuotaRoom>(QuotaRoom.Unlimited);

    private EnqueueReply OverQuota()
    {
        _context.Instruments.OverQuota();
        return new EnqueueReply
        {
            Error = BrokerErrorReason.TenantQuotaExceeded,
            Message = $"The project has as many pending commands as its quota allows, {_context.Quotas.Find(_key)?.Pending.Limit} (max_pending_commands).",
        };
    }

    private Transition<EnqueueOutcome> Decide(EnqueueCall call, string actor, QueueState queue, DateTimeOffset now, Command? prior) =>
        RequestOf(call, actor, out string? fault) is { } request
            ? CommandQueue.Enqueue(queue, request, _session.Policy, now, prior)
            : new Transition<EnqueueOutcome>(queue, [], new EnqueueOutcome(EnqueueStatus.Invalid, 0, fault));

    /// <summary>What is asked of core; null with its fault when the parameter is not as it must be.</summary>
    private static EnqueueRequest? RequestOf(EnqueueCall call, string actor, out string? fault)
    {
        fault = CommandParamText.FaultOf(call.Param, out string? taskId);
        return fault is not null ? null : new EnqueueRequest
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
    }
}
