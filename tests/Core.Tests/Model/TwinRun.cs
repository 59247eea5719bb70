namespace CommandBroker.Core.Tests.Model;

/// <summary>Takes core and the specification through the same steps and compares them after each.</summary>
internal sealed class TwinRun(QueuePolicy policy)
{
    private readonly LiveQueue _queue = new() { Policy = policy };
    private readonly Specification _specification = new();
    private readonly DeliveryRules _deliveries = new();

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
            case Operation.Poll:
                PollBoth();
                break;
            case Operation.ReportByNumber report:
                long seq = SeqOf(report.Pick);
                string name = seq <= Told.LastSeq && report.Pick % 10 > 0 ? Told.RequestOf(seq).Name : "START";
                Assert.Equal(_specification.Report(seq, name, report.Result, _queue.Now), _queue.Report(seq, name, report.Result));
                break;
            case Operation.ReportByName report:
                Assert.Equal(_specification.Report(null, report.Name, report.Result, _queue.Now), _queue.Report(null, report.Name, report.Result));
                break;
            case Operation.Release release:
                ReleaseBoth(SeqOf(release.Pick), release.CountOffset);
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
                return;
            case Operation.Switch change:
                // The default time to live stays: what an earlier body meant by naming none would else be another thing now.
                _queue.Policy = change.Policy with { DefaultTimeToLive = _queue.Policy.DefaultTimeToLive };
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
    }

    private void ReleaseBoth(long seq, int countOffset)
    {
        int count = (_queue.State.Find(seq)?.DeliveryCount ?? 1) + countOffset;
        bool isReleased = _queue.Release(seq, count);
        Assert.Equal(_specification.Release(seq, count, _queue.Now), isReleased);
        if (isReleased)
        {
            _deliveries.Released(seq);
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
        Assert.Equal(_specification.InOrder(), _queue.State.Open.Select(command => command.Seq));
        foreach (Command command in _queue.State.Open.Concat(_queue.Ended.Values))
        {
            Assert.Equal(
                (Told.StateOf(command.Seq), Told.DeliveryCount(command.Seq), Told.ResultOf(command.Seq)),
                (command.State, command.DeliveryCount, command.Outcome?.Result));
            if (command.State == CommandState.Leased)
            {
                Assert.Equal(Told.LeaseEnd(command.Seq), command.LeasedUntil);
            }
        }
    }

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
