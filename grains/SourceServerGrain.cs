using System.Collections.Immutable;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Core;
using CommandBroker.Storage;
using Orleans.Runtime.Placement;

namespace CommandBroker.Grains;

/// <summary>One source server's queue. Every method is: clock, core, commit, answer; the rules are in <see cref="CommandQueue"/>.</summary>
internal sealed partial class SourceServerGrain : Grain, ISourceServerGrain, IMovableQueue
{
    // A conflict means that another activation wrote; each round reads what it wrote, so a few rounds settle any race.
    private const int MaxRounds = 5;

    // Longer than a store is away for that an operator looks after.
    private static readonly TimeSpan UnknownStay = TimeSpan.FromHours(4);

    private readonly QueueContext _context;
    private readonly SourceServerKey _key;
    private readonly LocalQueue _local;
    private readonly QueueSession _session;
    private readonly long _madeAt;
    private DateTimeOffset _visitNotedAt;

    // The accessor, not the context itself: that would make each activation's scope keep a table of what it resolved, 280 bytes.
    public SourceServerGrain(QueueContext context, IGrainContextAccessor surroundings)
        : base(surroundings.GrainContext)
    {
        _context = context;
        _key = SourceServerKey.Parse(this.GetPrimaryKeyString());
        _local = context.LocalQueues.Add(_key.Text);
        _session = new QueueSession(_key, context, _local);
        _madeAt = context.Timestamp;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_session.UnknownDeliveries.Count > 0)
        {
            await TryForgetUnknownAsync();
        }

        _local.SetBusy();
        _context.LocalQueues.Remove(_key.Text, _local);
        if (reason.ReasonCode == DeactivationReasonCode.Migrating)
        {
            _context.Instruments.Moved();
        }
    }

    public ValueTask<PollReply> PollAsync()
    {
        if (!_session.IsLoaded || !_session.State.Open.IsEmpty)
        {
            return PollSlowlyAsync();
        }

        NoteVisit();
        _local.SetIdle(_context.Timestamp + _context.IdleTimestamps);
        return new ValueTask<PollReply>(PollReply.Idle);
    }

    public async ValueTask<ReportReplyStatus> ReportAsync(ReportCall report)
    {
        var request = new ReportRequest
        {
            Name = report.Name,
            Result = report.Result,
            ResultDetail = report.ResultDetail,
            Seq = report.Seq,
            Actor = report.Actor,
            Tag = report.Tag,
        };
        if (!await EnsureLoadedAsync())
        {
            return ReportReplyStatus.UnknownSourceServer;
        }

        ReportStatus? answered = await _session.FindAnswerAsync(request);
        IReadOnlyList<Command>? history = null;
        Transition<ReportOutcome> usual = Decide(_session.State, _context.Now);
        if (usual.Outcome.Status == ReportStatus.Ended
            && await _session.CommitAsync(usual.State, usual.Changes, stray: null) == CommitStatus.Committed)
        {
            return ReportReplyStatus.Ended;
        }

        ReportOutcome outcome = usual.Outcome;
        if (answered is null)
        {
            // Another activation may have handed the command out, or have answered this very request: what memory cannot match is judged by what the store holds.
            _session.Reread();
            outcome = await RunAsync((queue, _, now) => Decide(queue, now), answer => answer.Stray, prepare: async () => answered = await _session.FindAnswerAsync(request));
            if (outcome.Status == ReportStatus.NeedsHistory)
            {
                outcome = await RunAsync((queue, _, now) => Decide(queue, now), answer => answer.Stray, prepare: async () =>
                {
                    answered = await _session.FindAnswerAsync(request);
                    history = request.Seq is long seq
                        ? await _session.FindEndedAsync(seq) is Command ended ? [ended] : []
                        : await _session.ReadHistoryAsync(before: null, CommandQueue.ReportHistoryCount);

                    // Of what ended before, the queue in memory does not tell whether another activation has changed it since.
                    answered ??= request.Tag is ulong tag && history.Any(command => command.Outcome?.ReportTag == tag) ? ReportStatus.Repeated : null;
                });
            }
        }

        if (outcome.Status == ReportStatus.Repeated)
        {
            await _session.VouchAsync();
        }

        _session.NoteAnswer(request, outcome.Status);
        return Views.Of(outcome.Status);

        Transition<ReportOutcome> Decide(QueueState queue, DateTimeOffset now) => answered is { } same
            ? new Transition<ReportOutcome>(queue, [], new ReportOutcome(same))
            : CommandQueue.Report(queue, request, history, now);
    }

    public async ValueTask<CommandView> CancelAsync(long seq, string actor, string? reason)
    {
        if (!StorableText.IsStorable(reason))
        {
            throw new BrokerException(BrokerErrorReason.InvalidArgument, $"reason {StorableText.Fault}");
        }

        ChangeOutcome outcome = await ChangeAsync(seq, (queue, ended, policy, now) => CommandQueue.Cancel(queue, seq, ended, actor, reason, policy, now));
        if (outcome.Status == ChangeStatus.Changed)
        {
            _context.Audit.Record(AuditActions.CommandCancelled, actor, _key, AuditText.SubjectOf(_key, seq));
        }

        return Answer(seq, "cancelled", outcome);
    }

    public async ValueTask<CommandView> RedriveAsync(long seq, string actor)
    {
        ChangeOutcome outcome = await ChangeAsync(seq, (queue, ended, policy, now) => CommandQueue.Redrive(queue, seq, ended, policy, now));
        if (outcome.Status == ChangeStatus.Changed)
        {
            Log.CommandRedriven(_context.Logger, _key, seq, actor, CallOrigin.Current?.RequestId);
            _context.Audit.Record(AuditActions.CommandRedriven, actor, _key, AuditText.SubjectOf(_key, seq));
        }

        return Answer(seq, "redriven", outcome);
    }

    public ValueTask<bool> ComeAsync(SiloAddress silo, TimeSpan stay)
    {
        if (_session.UnknownDeliveries.Count > 0)
        {
            // Nobody else knows of them.
            return ValueTask.FromResult(false);
        }

        if (!_session.IsLoaded)
        {
            // Made for this call: whoever needs the queue makes it where it is needed.
            DeactivateOnIdle();
            return ValueTask.FromResult(false);
        }

        if (silo.Equals(GrainContext.Address.SiloAddress) || _context.Elapsed(_madeAt) < stay)
        {
            return ValueTask.FromResult(false);
        }

        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
        this.MigrateOnIdle();
        RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        return ValueTask.FromResult(true);
    }

    private async ValueTask<PollReply> PollSlowlyAsync()
    {
        if (!await EnsureLoadedAsync())
        {
            DeactivateOnIdle();
            return new PollReply { Status = PollStatus.UnknownSourceServer };
        }

        NoteVisit();
        try
        {
            PollOutcome outcome = await RunAsync(CommandQueue.Poll, handedOutOf: answer => answer.Delivered);
            return Views.Of(outcome, _context.Now);
        }
        finally
        {
            if (_session.UnknownDeliveries.Count > 0)
            {
                // Nobody else knows of them.
                DelayDeactivation(UnknownStay);
            }
        }
    }

    /// <summary>Decides, and again with what the store holds when memory knows no command of that number: it has ended, or another activation enqueued it.</summary>
    private async ValueTask<ChangeOutcome> ChangeAsync(
        long seq, Func<QueueState, Command?, QueuePolicy, DateTimeOffset, Transition<ChangeOutcome>> decide)
    {
        ChangeOutcome outcome = await RunAsync((queue, policy, now) => decide(queue, null, policy, now));
        if (outcome.Status == ChangeStatus.Unknown)
        {
            Command? stored = null;
            outcome = await RunAsync(
                (queue, policy, now) => decide(queue, stored, policy, now),
                prepare: async () => stored = await _session.FindEndedAsync(seq));
        }

        if (outcome.Status == ChangeStatus.WasSo)
        {
            await _session.VouchAsync();
        }

        return outcome;
    }

    private void NoteVisit()
    {
        DateTimeOffset now = _context.Now;

        // Also when the clock stepped back: otherwise the source server would look away until the clock has caught up.
        if ((now - _visitNotedAt).Duration() >= _context.VisitPrecision)
        {
            _visitNotedAt = now;
            _context.Visits.Record(_key, now);
        }
    }

    private CommandView Answer(long seq, string verb, ChangeOutcome outcome) => outcome.Status switch
    {
        ChangeStatus.Changed or ChangeStatus.WasSo => ViewOf(outcome.Command!),
        ChangeStatus.QueueFull => throw new BrokerException(BrokerErrorReason.QueueFull,
            $"{_session.State.PendingCount} commands are pending; Queue:MaxPendingCount allows {_session.Policy.MaxPendingCount}."),
        ChangeStatus.WrongState => throw new BrokerException(BrokerErrorReason.WrongState,
            $"Command {seq} is {StateWords.Of(outcome.Command!.State)} and cannot be {verb}."),
        _ => throw new BrokerException(BrokerErrorReason.UnknownCommand,
            $"Source server {_key.ServerId} has no command {seq}, or retention has removed it."),
    };
}
