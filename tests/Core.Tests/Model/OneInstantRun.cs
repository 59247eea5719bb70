namespace CommandBroker.Core.Tests.Model;

/// <summary>
/// A life in which much happens at one instant, as a clock that stands still has it. What came first is then told by order alone, which no
/// queue keeps: core decides on the safe side, and what is checked is what it promises all the same.
/// </summary>
internal sealed class OneInstantRun(QueuePolicy policy)
{
    private readonly LiveQueue _queue = new() { Policy = policy };
    private readonly DeliveryRules _deliveries = new();
    private readonly List<(Command Handed, UnsentDelivery Delivery)> _unanswered = [];

    public void Do(Operation operation)
    {
        switch (operation)
        {
            case Operation.Enqueue enqueue:
                _queue.Enqueue(LiveQueue.Request(enqueue.Name) with { TaskId = enqueue.Task, Priority = enqueue.Priority });
                break;
            case Operation.Poll:
                Poll();
                break;
            case Operation.ReportByNumber report:
                long seq = SeqOf(report.Pick);
                if (seq <= _queue.State.LastSeq)
                {
                    _queue.Report(seq, _queue[seq].Name, report.Result, report.Detail);
                }

                break;
            case Operation.Release release:
                Release(release);
                break;
            case Operation.Redrive redrive:
                if (_queue.Redrive(SeqOf(redrive.Pick)).Status == ChangeStatus.Changed)
                {
                    _deliveries.Redriven(SeqOf(redrive.Pick));
                }

                break;
            case Operation.Step step:
                _queue.Step(step.Seconds);
                break;
        }

        for (long seq = 1; seq <= _queue.State.LastSeq; seq++)
        {
            Assert.True(_queue[seq].MayBeKnown || !_deliveries.MayBeSeen(seq), "A command that may have been seen counts as unknown.");
        }
    }

    private void Poll()
    {
        PollOutcome outcome = _queue.Poll();
        _deliveries.Delivered(outcome, _queue.State, _queue.Policy, _queue.Now);
        if (outcome.Delivered is { } handed)
        {
            _unanswered.Add((handed, _queue.LastDelivery!));
        }
    }

    private void Release(Operation.Release release)
    {
        if (_unanswered.Count == 0)
        {
            return;
        }

        int at = release.Pick % _unanswered.Count;
        (Command handed, UnsentDelivery delivery) = _unanswered[at];
        _unanswered.RemoveAt(at);

        // A grain that did not answer its poll knows the command as it was handed out, and hands out nothing before it takes that back.
        bool isOfGrain = !release.MayHaveArrived && !release.IsOfGateway && ReferenceEquals(delivery, _queue.LastDelivery);
        if (_queue.Release(isOfGrain ? UnsentDelivery.OfUnanswered(handed) : delivery with { MayHaveArrived = release.MayHaveArrived }))
        {
            _deliveries.Released(handed.Seq, release.MayHaveArrived);
        }
    }

    /// <summary>A number that exists, or with luck the one after the last.</summary>
    private long SeqOf(int pick) => (pick % (_queue.State.LastSeq + 1)) + 1;
}
