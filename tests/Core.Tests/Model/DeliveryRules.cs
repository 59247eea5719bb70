namespace CommandBroker.Core.Tests.Model;

/// <summary>The promises about deliveries, checked over what the agent saw and without the specification.</summary>
internal sealed class DeliveryRules
{
    /// <summary>The deliveries that count, in their order.</summary>
    private readonly List<Command> _seen = [];

    public void Delivered(PollOutcome outcome, QueueState after, QueuePolicy policy, DateTimeOffset now)
    {
        if (outcome.Delivered is not { } delivered)
        {
            return;
        }

        Assert.True(delivered.NotBeforeAt is not { } instant || instant <= now || delivered.DeliveryCount > 1 || outcome.IsRepeat);
        Assert.True(delivered.RedriveCount > 0 || outcome.IsRepeat || !(delivered.EnqueuedAt + delivered.TimeToLive <= now), "It was handed out after its time to live.");
        if (outcome.IsRepeat)
        {
            Assert.Equal(DeliveryMode.Sequential, policy.DeliveryMode);
            Assert.Equal(delivered.DeliveryCount, _seen.Count(command => command.Seq == delivered.Seq));
            return;
        }

        Assert.InRange(delivered.DeliveryCount, 1, policy.MaxDeliveries);
        Assert.Equal(delivered.DeliveryCount - 1, _seen.Count(command => command.Seq == delivered.Seq));
        Assert.DoesNotContain(after.Open, command => command.State == CommandState.Pending && !(command.NotBeforeAt > now) && ComesBefore(command, delivered));
        int last = _seen.FindLastIndex(command => command.Seq == delivered.Seq);
        Assert.DoesNotContain(
            last < 0 ? [] : _seen.Skip(last),
            command => command.TaskId is not null && command.TaskId == delivered.TaskId && command.Seq > delivered.Seq);
        if (policy.DeliveryMode != DeliveryMode.AtMostOnce)
        {
            Assert.True(after.LeasedCount <= policy.MaxOutstandingCount);
        }

        _seen.Add(delivered);
    }

    public void Released(long seq) => _seen.RemoveAt(_seen.FindLastIndex(command => command.Seq == seq));

    public void Redriven(long seq) => _seen.RemoveAll(command => command.Seq == seq);

    private static bool ComesBefore(Command one, Command other) =>
        one.Priority > other.Priority || (one.Priority == other.Priority && one.Seq < other.Seq);
}
