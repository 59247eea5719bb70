namespace CommandBroker.Core.Tests.Rules;

public sealed class PollTests
{
    private readonly LiveQueue _queue = new();

    [Fact]
    public void An_empty_queue_hands_out_nothing_and_writes_nothing()
    {
        Assert.Equal(default, _queue.Poll());
        Assert.Empty(_queue.Changes);
    }

    [Fact]
    public void A_poll_leases_the_first_command_for_the_visibility_timeout()
    {
        _queue.Enqueue();

        Command delivered = _queue.Poll().Delivered!;

        Assert.Equal((CommandState.Leased, 1, 2), (delivered.State, delivered.DeliveryCount, delivered.Version));
        Assert.Equal((LiveQueue.Start, LiveQueue.Start.AddSeconds(60)), (delivered.DeliveredAt, delivered.LeasedUntil));
        Assert.Equal((0, 1), (_queue.State.PendingCount, _queue.State.LeasedCount));
    }

    [Fact]
    public void In_Queue_mode_each_poll_hands_out_the_next_command()
    {
        _queue.Enqueue("START");
        _queue.Enqueue("STOP");

        Assert.Equal([1L, 2, 0], [_queue.PollSeq(), _queue.PollSeq(), _queue.PollSeq()]);
        Assert.Empty(_queue.Changes);
    }

    [Fact]
    public void First_deliveries_follow_priority_then_number()
    {
        _queue.Enqueue(priority: 0);
        _queue.Enqueue(priority: 1);
        _queue.Enqueue(priority: 1);

        Assert.Equal([2L, 3, 1], [_queue.PollSeq(), _queue.PollSeq(), _queue.PollSeq()]);
    }

    [Fact]
    public void A_command_is_not_handed_out_before_its_instant_and_holds_up_no_other()
    {
        _queue.Enqueue(notBefore: 10);
        _queue.Enqueue();
        Assert.Equal([2L, 0], [_queue.PollSeq(), _queue.PollSeq()]);

        _queue.Step(9.999);
        Assert.Equal(0, _queue.PollSeq());
        _queue.Step(0.001);
        Assert.Equal(1, _queue.PollSeq());
    }

    [Fact]
    public void No_more_than_the_allowed_leases_run_and_the_answer_says_so()
    {
        _queue.Policy = _queue.Policy with { MaxOutstandingCount = 2 };
        _queue.Enqueue();
        _queue.Enqueue();
        _queue.Enqueue();
        Assert.Equal([1L, 2], [_queue.PollSeq(), _queue.PollSeq()]);

        Assert.Equal(new PollOutcome(null, LimitReached: true), _queue.Poll());
        _queue.Report(1);
        Assert.Equal(3, _queue.PollSeq());
    }

    [Fact]
    public void The_limit_is_not_blamed_when_nothing_waits()
    {
        _queue.Policy = _queue.Policy with { MaxOutstandingCount = 1 };
        _queue.Enqueue();
        _queue.Poll();

        Assert.Equal(default, _queue.Poll());
    }

    [Fact]
    public void Sequential_repeats_the_outstanding_command_uncounted_until_it_is_reported()
    {
        _queue.Policy = _queue.Policy with { DeliveryMode = DeliveryMode.Sequential };
        _queue.Enqueue();
        _queue.Enqueue(priority: 9);
        _queue.Enqueue();
        Command first = _queue.Poll().Delivered!;
        Assert.Equal(2, first.Seq);

        PollOutcome repeat = _queue.Poll();
        Assert.Equal((first.Seq, 1, first.LeasedUntil, true), (repeat.Delivered!.Seq, repeat.Delivered.DeliveryCount, repeat.Delivered.LeasedUntil, repeat.IsRepeat));
        _queue.Report(2);
        Assert.Equal(1, _queue.PollSeq());
    }

    [Fact]
    public void Sequential_begins_with_the_first_of_several_that_Queue_mode_left_outstanding()
    {
        _queue.Enqueue();
        _queue.Enqueue(priority: 1);
        _queue.Poll();
        _queue.Poll();
        _queue.Policy = _queue.Policy with { DeliveryMode = DeliveryMode.Sequential };

        Assert.Equal(2, _queue.PollSeq());
    }

    [Fact]
    public void AtMostOnce_ends_a_command_as_it_is_handed_out()
    {
        _queue.Policy = _queue.Policy with { DeliveryMode = DeliveryMode.AtMostOnce, MaxOutstandingCount = 1 };
        _queue.Enqueue();
        _queue.Enqueue();

        Command delivered = _queue.Poll().Delivered!;

        Assert.Equal((CommandState.Delivered, 1, LiveQueue.Start), (delivered.State, delivered.DeliveryCount, delivered.DeliveredAt));
        Assert.Equal(
            new Outcome { EndedAt = LiveQueue.Start, EndedBy = "broker", Reason = "Handed out; in AtMostOnce no report is awaited." },
            delivered.Outcome);
        Assert.Equal([2L, 0], [_queue.PollSeq(), _queue.PollSeq()]);
    }

    [Fact]
    public void AtMostOnce_is_not_held_up_by_leases_of_another_mode()
    {
        _queue.Policy = _queue.Policy with { MaxOutstandingCount = 1 };
        _queue.Enqueue();
        _queue.Enqueue();
        _queue.Poll();
        _queue.Policy = _queue.Policy with { DeliveryMode = DeliveryMode.AtMostOnce };

        Assert.Equal(2, _queue.PollSeq());
    }
}
