namespace CommandBroker.Core.Tests;

/// <summary>
/// Drives one queue as a grain and its store do together: keeps what ended, hands it back when a verb needs it, and holds every
/// transition against <see cref="TransitionRules"/>.
/// </summary>
internal sealed class LiveQueue
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<long, Command> _ended = [];
    private readonly Dictionary<(long Seq, int Count), UnsentDelivery> _deliveries = [];

    public QueuePolicy Policy { get; set; } = new() { VisibilityTimeout = TimeSpan.FromSeconds(60), MaxDeliveries = 3 };

    public QueueState State { get; private set; } = QueueState.Empty;

    public DateTimeOffset Now { get; set; } = Start;

    public List<StrayReport> Strays { get; } = [];

    public IReadOnlyDictionary<long, Command> Ended => _ended;

    /// <summary>The commands that the last verb wrote.</summary>
    public IReadOnlyList<Command> Changes { get; private set; } = [];

    /// <summary>The command of that number, open or ended.</summary>
    public Command this[long seq] => State.Find(seq) ?? _ended[seq];

    public void Step(double seconds) => Now += TimeSpan.FromSeconds(seconds);

    public EnqueueOutcome Enqueue(EnqueueRequest request)
    {
        Transition<EnqueueOutcome> first = Whole(() => CommandQueue.Enqueue(State, request, Policy, Now));
        Command? prior = _ended.Values.FirstOrDefault(command => command.IdempotencyKey is not null && command.IdempotencyKey == request.IdempotencyKey);

        // Core sees open commands only. The store's unique key finds an ended one, which must be asked of before a refusal too.
        return Apply(prior is null ? first : CommandQueue.Enqueue(State, request, Policy, Now, prior));
    }

    public long Enqueue(string name = "START", string? task = null, int priority = 0, double? notBefore = null, double? timeToLive = null, bool supersedes = false)
    {
        EnqueueOutcome outcome = Enqueue(Request(name) with
        {
            TaskId = task,
            Priority = priority,
            NotBeforeAt = notBefore is { } wait ? Now.AddSeconds(wait) : null,
            TimeToLive = timeToLive is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            SupersedesTask = supersedes,
        });
        Assert.Equal(EnqueueStatus.Enqueued, outcome.Status);
        return outcome.Seq;
    }

    public static EnqueueRequest Request(string name = "START") => new() { Name = name, Param = "{}", Actor = "operator" };

    public PollOutcome Poll()
    {
        PollOutcome outcome = Apply(Whole(() => CommandQueue.Poll(State, Policy, Now)));
        if (outcome.Delivered is { } delivered)
        {
            LastDelivery = _deliveries[(delivered.Seq, delivered.DeliveryCount)] = new UnsentDelivery
            {
                Seq = delivered.Seq,
                DeliveryCount = delivered.DeliveryCount,
                MayHaveArrived = false,
                FormerDeliveredAt = outcome.FormerDeliveredAt,
                DeliveredAt = delivered.DeliveredAt,
            };
        }

        return outcome;
    }

    /// <summary>What the last poll handed out, as its gateway would release it.</summary>
    public UnsentDelivery? LastDelivery { get; private set; }

    /// <summary>Settles what time has done; answers with how many commands changed.</summary>
    public int Settle() => Apply(Whole(() => CommandQueue.Settle(State, Policy, Now)));

    /// <summary>Polls, and answers with the number that was handed out; 0 when none was.</summary>
    public long PollSeq() => Poll().Delivered?.Seq ?? 0;

    public ReportStatus Report(
        long? seq, string name = "START", ReportResult result = ReportResult.Success, string detail = "{}", ulong? tag = null)
    {
        var report = new ReportRequest { Name = name, Result = result, ResultDetail = detail, Seq = seq, Actor = "agent", Tag = tag };
        Transition<ReportOutcome> first = CommandQueue.Report(State, report, null, Now);
        if (first.Outcome.Status != ReportStatus.NeedsHistory)
        {
            return ApplyReport(first);
        }

        Assert.Same(State, first.State);
        Command[] history = seq is { } number
            ? [.. _ended.Values.Where(command => command.Seq == number)]
            : [.. _ended.Values.OrderByDescending(command => command.Seq).Take(CommandQueue.ReportHistoryCount)];
        return ApplyReport(CommandQueue.Report(State, report, history, Now));
    }

    public ReportStatus ReportByName(string name = "START", ReportResult result = ReportResult.Success) => Report(null, name, result);

    /// <summary>Releases the last delivery of that number and count.</summary>
    public bool Release(long seq, int deliveryCount, bool mayHaveArrived = true) =>
        Release(_deliveries.GetValueOrDefault((seq, deliveryCount), new UnsentDelivery { Seq = seq, DeliveryCount = deliveryCount, MayHaveArrived = true }) with
        {
            MayHaveArrived = mayHaveArrived,
        });

    public bool Release(UnsentDelivery delivery)
    {
        Transition<ReleaseOutcome> first = CommandQueue.Release(State, delivery, null);
        if (first.Outcome.Status == ReleaseStatus.NeedsHistory)
        {
            Assert.Same(State, first.State);
            first = CommandQueue.Release(State, delivery, [.. _ended.Values.OrderByDescending(command => command.Seq)]);
        }

        if (Apply(first, isRelease: true).Stray is { } stray)
        {
            Strays.Add(stray);
        }

        return first.Outcome.Status == ReleaseStatus.TakenBack;
    }

    public ChangeOutcome Cancel(long seq, string? reason = null) =>
        Apply(Whole(() => CommandQueue.Cancel(State, seq, _ended.GetValueOrDefault(seq), "operator", reason, Policy, Now)));

    public ChangeOutcome Redrive(long seq) => Apply(Whole(() => CommandQueue.Redrive(State, seq, _ended.GetValueOrDefault(seq), Policy, Now)));

    private ReportStatus ApplyReport(Transition<ReportOutcome> transition)
    {
        if (Apply(transition).Stray is { } stray)
        {
            Strays.Add(stray);
        }

        return transition.Outcome.Status;
    }

    /// <summary>Makes the transitions that only settle a part, and answers with the one that has an outcome.</summary>
    private Transition<TOutcome> Whole<TOutcome>(Func<Transition<TOutcome>> decide)
    {
        Transition<TOutcome> transition = decide();
        while (transition.IsPartial)
        {
            Apply(transition);
            transition = decide();
        }

        return transition;
    }

    private TOutcome Apply<TOutcome>(Transition<TOutcome> transition, bool isRelease = false)
    {
        TransitionRules.Check(State, _ended, transition.State, transition.Changes, isRelease);
        foreach (Command change in transition.Changes)
        {
            _ended.Remove(change.Seq);
            if (!change.IsOpen)
            {
                _ended.Add(change.Seq, change);
            }
        }

        Changes = transition.Changes;
        State = transition.State;
        return transition.Outcome;
    }
}
