namespace CommandBroker.Core.Tests.Model;

/// <summary>The promises about deliveries, checked over what the agent saw and without the specification.</summary>
internal sealed class DeliveryRules
{
    /// <summary>The deliveries that may have been seen, in their order, and whether each counts.</summary>
    private readonly List<(Command Command, bool Counts)> _seen = [];

    public void Delivered(PollOutcome outcome, QueueState after, QueuePolicy policy, DateTimeOffset now)
    {
        if (outcome.Delivered is not { } delivered)
        {
            return;
        }

        Assert.True(delivered.NotBeforeAt is not { } instant || instant <= now || delivered.DeliveryCount > 1 || outcome.IsRepeat);
        Assert.True(
            delivered.OperatorRedriveCount > 0 || outcome.IsRepeat || !(delivered.EnqueuedAt + delivered.TimeToLive <= now),
            "It was handed out after its time to live.");
        if (outcome.IsRepeat)
        {
            Assert.Equal(DeliveryMode.Sequential, policy.DeliveryMode);
            Assert.Equal(delivered.DeliveryCount, CountOf(delivered.Seq));
            return;
        }

        Assert.InRange(delivered.DeliveryCount, 1, policy.MaxDeliveries);
        Assert.Equal(delivered.DeliveryCount - 1, CountOf(delivered.Seq));
        Assert.DoesNotContain(after.Open, command => command.State == CommandState.Pending && !(command.NotBeforeAt > now) && ComesBefore(command, delivered));
        int last = _seen.FindLastIndex(seen => seen.Counts && seen.Command.Seq == delivered.Seq);
        Assert.DoesNotContain(
            last < 0 ? [] : _seen.Skip(last).Select(seen => seen.Command),
            command => command.TaskId is not null && command.TaskId == delivered.TaskId && command.Seq > delivered.Seq);
        if (policy.DeliveryMode != DeliveryMode.AtMostOnce)
        {
            Assert.True(after.LeasedCount <= policy.MaxOutstandingCount);
        }

        _seen.Add((delivered, true));
    }

    /// <summary>Its last delivery was taken back. When a byte may have left, it may have been seen all the same.</summary>
    public void Released(long seq, bool mayHaveArrived)
    {
        int last = _seen.FindLastIndex(seen => seen.Counts && seen.Command.Seq == seq);
        Command command = _seen[last].Command;
        _seen.RemoveAt(last);
        if (mayHaveArrived)
        {
            _seen.Insert(last, (command, false));
        }
    }

    public void Redriven(long seq)
    {
        for (int at = 0; at < _seen.Count; at++)
        {
            _seen[at] = (_seen[at].Command, _seen[at].Counts && _seen[at].Command.Seq != seq);
        }
    }

    /// <summary>Whether an agent may have seen it.</summary>
    public bool MayBeSeen(long seq) => _seen.Any(seen => seen.Command.Seq == seq);

    private int CountOf(long seq) => _seen.Count(seen => seen.Counts && seen.Command.Seq == seq);

    private static bool ComesBefore(Command one, Command other) =>
        one.Priority > other.Priority || (one.Priority == other.Priority && one.Seq < other.Seq);
}
