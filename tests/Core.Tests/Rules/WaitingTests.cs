namespace CommandBroker.Core.Tests.Rules;

/// <summary>Every open command can say what it waits for, and until when.</summary>
public sealed class WaitingTests
{
    private static readonly Waiting ForPoll = new("for a poll", null);
    private readonly LiveQueue _queue = new();

    [Fact]
    public void A_waiting_command_waits_for_a_poll_at_most_until_it_expires()
    {
        _queue.Enqueue();
        _queue.Enqueue(timeToLive: 10);

        Assert.Equal(ForPoll, Of(1));
        Assert.Equal(("for a poll", LiveQueue.Start.AddSeconds(10)), (Of(2)!.Value.For, Of(2)!.Value.Until));
    }

    [Fact]
    public void A_redriven_command_expires_no_more()
    {
        _queue.Policy = _queue.Policy with { MaxDeliveries = 1 };
        _queue.Enqueue(timeToLive: 100);
        _queue.Poll();
        _queue.Step(60);
        _queue.Poll();
        _queue.Redrive(1);

        Assert.Equal(ForPoll, Of(1));
    }

    [Fact]
    public void Before_its_instant_it_waits_for_that()
    {
        _queue.Enqueue(notBefore: 10);

        Assert.Equal(new Waiting("for its not-before instant", LiveQueue.Start.AddSeconds(10)), Of(1));
        _queue.Step(10);
        Assert.Equal(ForPoll, Of(1));
    }

    [Fact]
    public void A_leased_command_waits_for_its_report_until_the_lease_ends_and_then_for_the_poll_that_settles_it()
    {
        _queue.Enqueue();
        _queue.Poll();

        Assert.Equal(new Waiting("for its report", LiveQueue.Start.AddSeconds(60)), Of(1));
        _queue.Step(60);
        Assert.Equal(new Waiting("for the next poll, which settles its lease that ran out", null), Of(1));
    }

    [Fact]
    public void In_Sequential_a_command_waits_for_the_report_of_the_one_before_while_its_lease_runs()
    {
        _queue.Policy = _queue.Policy with { DeliveryMode = DeliveryMode.Sequential };
        _queue.Enqueue();
        _queue.Enqueue(timeToLive: 70);
        Assert.Equal(new Waiting("for a poll", LiveQueue.Start.AddSeconds(70)), Of(2));
        _queue.Poll();

        Assert.Equal(new Waiting("for the report of the command before it", LiveQueue.Start.AddSeconds(70)), Of(2));
        _queue.Step(60);
        Assert.Equal(new Waiting("for a poll", LiveQueue.Start.AddSeconds(70)), Of(2));
    }

    [Fact]
    public void At_the_limit_of_leases_a_command_waits_for_a_report()
    {
        _queue.Policy = _queue.Policy with { MaxOutstandingCount = 2 };
        _queue.Enqueue();
        _queue.Enqueue();
        _queue.Enqueue(timeToLive: 70);
        _queue.Poll();
        Assert.Equal(new Waiting("for a poll", LiveQueue.Start.AddSeconds(70)), Of(3));
        _queue.Poll();

        Assert.Equal(new Waiting("for a report, as Queue:MaxOutstandingCount leases run", LiveQueue.Start.AddSeconds(70)), Of(3));
        _queue.Step(60);
        Assert.Equal(new Waiting("for a poll", LiveQueue.Start.AddSeconds(70)), Of(3));
    }

    [Fact]
    public void In_AtMostOnce_leases_of_another_mode_hold_up_nothing()
    {
        _queue.Policy = _queue.Policy with { MaxOutstandingCount = 1 };
        _queue.Enqueue();
        _queue.Enqueue();
        _queue.Poll();
        _queue.Policy = _queue.Policy with { DeliveryMode = DeliveryMode.AtMostOnce };

        Assert.Equal(ForPoll, Of(2));
    }

    [Fact]
    public void An_ended_command_waits_for_nothing()
    {
        _queue.Cancel(_queue.Enqueue());

        Assert.Null(Of(1));
    }

    private Waiting? Of(long seq) => Waiting.Of(_queue[seq], _queue.State, _queue.Policy, _queue.Now);
}
