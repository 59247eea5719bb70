namespace CommandBroker.Core.Tests.Model;

/// <summary>Takes core and the specification through the same steps and compares them after each.</summary>
internal sealed class TwinRun(QueuePolicy policy)
{
    private readonly LiveQueue _queue = new() { Policy = policy };
    private readonly Specification _specification = new();
    private readonly DeliveryRules _deliveries = new();
    private readonly List<(Fact HandOut, UnsentDelivery Delivery, bool? MayHaveArrived)> _unanswered = [];
    private readonly HashSet<Fact> _repeated = [];
    private readonly HashSet<long> _vague = [];
    private bool _hasClockSteppedBack;

    private Chronicle Told => _specification.Told;

    public void Do(Operation operation)
    {
        switch (operation)
        {
            case Operation.Enqueue enqueue:
                EnqueueRequest request = RequestOf(enqueue);
                EnqueueOutcome enqueued = _queue.Enqueue(request);
                Assert.Equal(_specification.Enqueue(request, _queue.Policy, _queue.Now), (enqueued.Status, enqueued.Seq));
                break;
            case Operation.Poll poll:
                for (int time = 0; time < poll.Times; time++)
                {
                    PollBoth();
                }

                break;
            case Operation.ReportByNumber report:
                long seq = SeqOf(report.Pick);
                string name = seq <= Told.LastSeq && report.Pick % 10 > 0 ? Told.RequestOf(seq).Name : "START";
                Assert.Equal(
                    _specification.Report(seq, name, report.Result, report.Detail, _queue.Now),
                    _queue.Report(seq, name, report.Result, report.Detail, tag: 2));
                break;
            case Operation.ReportByName report:
                Assert.Equal(
                    _specification.Report(null, report.Name, report.Result, report.Detail, _queue.Now),
                    _queue.Report(null, report.Name, report.Result, report.Detail, tag: 2));
                break;
            case Operation.Release release:
                ReleaseBoth(release);
                break;
            case Operation.Cancel cancel:
                Assert.Equal(_specification.Cancel(SeqOf(cancel.Pick), _queue.Policy, _queue.Now), _queue.Cancel(SeqOf(cancel.Pick)).Status);
                break;
            case Operation.Redrive redrive:
                RedriveBoth(SeqOf(redrive.Pick));
                break;
            case Operation.Settle:
                _specification.Settle(_queue.Policy, _queue.Now);
                _queue.Settle();
                break;
            case Operation.Step step:
                _queue.Step(step.Seconds);
                _hasClockSteppedBack |= step.Seconds < 0;
                return;
            case Operation.Switch change:
                _queue.Policy = change.Policy;
                return;
        }

        Agree();
    }

    /// <summary>Nothing is ever stuck: polled long enough and never reported, every command ends, and says how.</summary>
    public void Drain()
    {
        for (int round = 0; round < 200 && !_queue.State.Open.IsEmpty; round++)
        {
            _queue.Step(100);
            PollBoth();
        }

        Agree();
        Assert.Empty(_queue.State.Open);
        Assert.Equal(_queue.State.LastSeq, _queue.Ended.Count);
    }

    private void PollBoth()
    {
        PollOutcome outcome = _queue.Poll();
        Assert.Equal(
            _specification.Poll(_queue.Policy, _queue.Now),
            (outcome.Delivered?.Seq ?? 0, outcome.IsRepeat, outcome.LimitReached));
        _deliveries.Delivered(outcome, _queue.State, _queue.Policy, _queue.Now);
        if (outcome.Delivered is { } delivered)
        {
            Fact handOut = Told.LastHandOut(delivered.Seq)!;
            _unanswered.Add((handOut, _queue.LastDelivery!, null));
            if (outcome.IsRepeat)
            {
                _repeated.Add(handOut);
            }
        }

        // Two deliveries at one instant would be told apart by their order alone.
        _queue.Step(0.001);
    }

    /// <summary>Any response of which nothing was heard yet turns out not to have been sent, or not for sure.</summary>
    private void ReleaseBoth(Operation.Release release)
    {
        if (_unanswered.Count == 0)
        {
            return;
        }

        int at = release.Pick % _unanswered.Count;
        (Fact handOut, UnsentDelivery delivery, bool? formerly) = _unanswered[at];
        _unanswered.RemoveAt(at);

        if (_hasClockSteppedBack && Told.LastHandOut(handOut.Seq) != handOut)
        {
            // Then its instant does not tell it from a later one.
            return;
        }

        if (_vague.Contains(handOut.Seq))
        {
            // Core keeps the instant of what a repeat took back, so an earlier hand-out is not found by its own: it counts as seen.
            return;
        }

        // After a step of the clock a delivery is not found again, and stays counted as seen. And whether one in doubt was overtaken by a
        // second command as well, is told by the order of things alone, which no queue keeps.
        bool mayHaveArrived = (formerly ?? release.MayHaveArrived) || _hasClockSteppedBack
            || Everyone().Any(command => command.OvertakenBy == handOut.Seq && command.DeliveryCount == 0);
        bool isReleased = _queue.Release(delivery with
        {
            MayHaveArrived = mayHaveArrived,
            DeliveredAt = _hasClockSteppedBack ? null : delivery.DeliveredAt,
        });
        bool isExpected = mayHaveArrived
            ? _specification.ReleaseInDoubt(handOut, delivery.DeliveryCount, _queue.Now)
            : _specification.ReleaseUnsent(handOut, delivery.DeliveryCount, _queue.Now);
        Assert.Equal(isExpected, isReleased);
        if (isReleased)
        {
            _deliveries.Released(handOut.Seq, mayHaveArrived);
            if (_repeated.Contains(handOut))
            {
                // A repeat knows that its command was known before, not since when.
                _vague.Add(handOut.Seq);
            }
        }

        // A repeat that is released twice would count for two, and without its instant a second try might mean the next delivery.
        if (release.ComesAgain && !_hasClockSteppedBack && !_repeated.Contains(handOut))
        {
            _unanswered.Add((handOut, delivery, mayHaveArrived));
        }
    }

    private void RedriveBoth(long seq)
    {
        ChangeStatus status = _queue.Redrive(seq).Status;
        Assert.Equal(_specification.Redrive(seq, _queue.Policy, _queue.Now), status);
        if (status == ChangeStatus.Changed)
        {
            _deliveries.Redriven(seq);
        }
    }

    private void Agree()
    {
        Assert.Equal(Told.LastSeq, _queue.State.LastSeq);
        Assert.Equal(_specification.StrayCount, _queue.Strays.Count);
        Assert.Equal(_specification.InOrder(), _queue.State.Open.Select(command => command.Seq));
        foreach (Command command in Everyone())
        {
            long seq = command.Seq;
            Assert.Equal(
                (Told.StateOf(seq), Told.DeliveryCount(seq), Told.ResultOf(seq), Told.DetailOf(seq), Told.WasSeen(seq)),
                (command.State, command.DeliveryCount, command.Outcome?.Result, command.Outcome?.ResultDetail, command.MayBeKnown));
            Assert.Equal(command.Outcome?.Result is null, command.Outcome?.ReportTag is null);
            if (command.MayBeKnown && !_vague.Contains(seq))
            {
                Assert.Equal(Told.SeenAt(seq), command.LastHandOutAt);
                Assert.Equal(Told.ShownAgain(Told.LastHandOut(seq)!), command.DeliveredAt!.Value.Ticks % 10);
            }


            if (command.State == CommandState.Leased)
            {
                Assert.Equal(Told.LeaseEnd(seq), command.LeasedUntil);
            }
        }
    }

    private IEnumerable<Command> Everyone() => _queue.State.Open.Concat(_queue.Ended.Values);

    /// <summary>A number that exists, or with luck the one after the last.</summary>
    private long SeqOf(int pick) => (pick % (Told.LastSeq + 1)) + 1;

    private EnqueueRequest RequestOf(Operation.Enqueue enqueue) => new()
    {
        Name = enqueue.Name,
        Param = $$"""{"bucket":{{enqueue.Bucket}},"task_id":"{{enqueue.Task}}"}""",
        TaskId = enqueue.Task,
        Priority = enqueue.Priority,
        NotBeforeAt = enqueue.NotBefore is { } wait ? _queue.Now.AddSeconds(wait) : null,
        TimeToLive = enqueue.TimeToLive is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        IdempotencyKey = enqueue.Key,
        SupersedesTask = enqueue.Supersedes,
        Actor = "operator",
    };
}
