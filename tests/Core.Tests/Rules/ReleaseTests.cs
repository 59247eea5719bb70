namespace CommandBroker.Core.Tests.Rules;

/// <summary>A response that was not sent is not a delivery.</summary>
public sealed class ReleaseTests
{
    private readonly LiveQueue _queue = new();

    [Fact]
    public void A_released_command_waits_again_at_its_place_and_the_delivery_is_not_counted()
    {
        _queue.Enqueue();
        _queue.Enqueue();
        _queue.Poll();

        Assert.True(_queue.Release(1, 1));
        Assert.Equal((CommandState.Pending, 0, LiveQueue.Start), (_queue[1].State, _queue[1].DeliveryCount, _queue[1].DeliveredAt));
        Command again = _queue.Poll().Delivered!;
        Assert.Equal((1L, 1), (again.Seq, again.DeliveryCount));
    }

    [Fact]
    public void However_often_it_is_released_it_is_not_dead_lettered()
    {
        _queue.Enqueue();
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(1, _queue.Poll().Delivered!.DeliveryCount);
            Assert.True(_queue.Release(1, 1));
        }

        Assert.Equal(CommandState.Pending, _queue[1].State);
    }

    [Fact]
    public void A_release_of_an_earlier_delivery_changes_nothing()
    {
        _queue.Enqueue();
        _queue.Poll();
        _queue.Step(60);
        _queue.Poll();

        Assert.False(_queue.Release(1, 1));
        Assert.Equal((CommandState.Leased, 2), (_queue[1].State, _queue[1].DeliveryCount));
    }

    [Fact]
    public void A_release_of_what_waits_or_ended_or_never_was_changes_nothing()
    {
        _queue.Enqueue();
        Assert.False(_queue.Release(1, 0));
        _queue.Poll();
        _queue.Release(1, 1);
        Assert.False(_queue.Release(1, 0));
        _queue.Cancel(1);

        Assert.False(_queue.Release(1, 1));
        Assert.False(_queue.Release(2, 1));
    }

    [Fact]
    public void In_AtMostOnce_a_delivery_cannot_be_taken_back()
    {
        _queue.Policy = _queue.Policy with { DeliveryMode = DeliveryMode.AtMostOnce };
        _queue.Enqueue();
        _queue.Poll();

        Assert.False(_queue.Release(1, 1));
    }

    [Fact]
    public void An_overtaken_command_that_is_released_does_not_come_after_the_later_one()
    {
        _queue.Enqueue(task: "t");
        _queue.Enqueue(task: "t");
        _queue.Poll();
        _queue.Poll();
        _queue.Release(1, 1);

        Assert.Equal(0, _queue.PollSeq());
        Assert.Equal(CommandState.Superseded, _queue[1].State);
    }

    [Fact]
    public void What_was_never_sent_is_not_ended_by_a_report_of_its_name()
    {
        _queue.Enqueue();
        _queue.Enqueue();
        _queue.Poll();
        _queue.Report(1);
        _queue.Poll();

        Assert.True(_queue.Release(2, 1, mayHaveArrived: false));
        Assert.Equal(ReportStatus.Repeated, _queue.ReportByName());
        Assert.Equal((CommandState.Pending, 0, null), (_queue[2].State, _queue[2].DeliveryCount, _queue[2].DeliveredAt));
    }

    [Fact]
    public void A_report_that_ended_what_was_never_sent_is_kept_and_the_command_waits_again()
    {
        _queue.Enqueue();
        _queue.Poll();
        Assert.Equal(ReportStatus.Ended, _queue.Report(null, detail: "7"));

        Assert.True(_queue.Release(1, 1, mayHaveArrived: false));
        Assert.Equal((StrayReason.Unsolicited, "7"), (_queue.Strays.Single().Reason, _queue.Strays.Single().ResultDetail));
        Assert.Equal((1L, 1), (_queue.Poll().Delivered!.Seq, _queue[1].DeliveryCount));
    }

    [Fact]
    public void A_report_of_an_earlier_delivery_stays_when_a_later_one_was_never_sent()
    {
        _queue.Enqueue();
        _queue.Poll();
        _queue.Step(60);
        _queue.Poll();
        _queue.Report(1);

        Assert.False(_queue.Release(1, 2, mayHaveArrived: false));
        Assert.Equal(CommandState.Succeeded, _queue[1].State);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void Two_commands_of_a_task_that_were_never_sent_wait_again_in_their_order(long first, long second)
    {
        _queue.Enqueue(task: "t");
        _queue.Enqueue(task: "t");
        _queue.Poll();
        _queue.Poll();
        _queue.Release(first, 1, mayHaveArrived: false);
        _queue.Release(second, 1, mayHaveArrived: false);

        Assert.Equal([1L, 2], [_queue.PollSeq(), _queue.PollSeq()]);
        Assert.Equal(CommandState.Leased, _queue[1].State);
    }

    [Fact]
    public void A_command_that_was_never_sent_comes_though_a_later_one_of_its_task_was_sent()
    {
        _queue.Enqueue(task: "t");
        _queue.Enqueue(task: "t");
        _queue.Poll();
        _queue.Poll();
        _queue.Release(1, 1, mayHaveArrived: false);

        Assert.Equal(1, _queue.PollSeq());
    }

    [Fact]
    public void A_lapsed_command_that_was_superseded_by_one_never_sent_waits_again()
    {
        _queue.Enqueue("START", "t");
        _queue.Poll();
        _queue.Enqueue("STOP", "t", priority: 1);
        _queue.Step(60);
        Assert.Equal(2, _queue.PollSeq());
        Assert.Equal(CommandState.Superseded, _queue[1].State);

        Assert.True(_queue.Release(2, 1, mayHaveArrived: false));
        Assert.Equal((CommandState.Pending, null), (_queue[1].State, _queue[1].OvertakenBy));
        Assert.Equal([2L, 0], [_queue.PollSeq(), _queue.PollSeq()]);
    }

    [Fact]
    public void A_hand_out_that_may_have_arrived_still_overtakes_when_the_next_one_was_never_sent()
    {
        // All at one instant, as the clock may have it.
        _queue.Enqueue("START", "t");
        _queue.Enqueue("STOP", "t");
        Assert.Equal([1L, 2], [_queue.PollSeq(), _queue.PollSeq()]);
        Assert.True(_queue.Release(2, 1, mayHaveArrived: true));
        Assert.Equal(2, _queue.PollSeq());

        Assert.True(_queue.Release(_queue.LastDelivery!));
        Assert.Equal(2, _queue[1].OvertakenBy);
        _queue.Step(60);
        Assert.Equal([2L, 0], [_queue.PollSeq(), _queue.PollSeq()]);
    }

    [Fact]
    public void One_that_a_third_command_overtook_too_stays_overtaken()
    {
        _queue.Enqueue("START", "t");
        _queue.Enqueue("STOP", "t", priority: 1);
        _queue.Enqueue("SYNC", "t");
        Assert.Equal(2, _queue.PollSeq());
        _queue.Step(1);
        Assert.Equal(1, _queue.PollSeq());
        _queue.Step(59.2);
        Assert.Equal(2, _queue.PollSeq());
        Assert.Equal(2, _queue[1].OvertakenBy);
        Assert.Equal(CommandState.Leased, _queue[1].State);
        _queue.Step(0.5);
        Assert.Equal(3, _queue.PollSeq());
        _queue.Report(3, "SYNC");

        Assert.True(_queue.Release(2, 2, mayHaveArrived: false));
        Assert.Equal(3, _queue[1].OvertakenBy);
    }

    [Fact]
    public void In_AtMostOnce_a_delivery_that_was_never_sent_is_taken_back_and_its_time_to_live_still_counts()
    {
        _queue.Policy = _queue.Policy with { DeliveryMode = DeliveryMode.AtMostOnce };
        _queue.Enqueue(timeToLive: 10);
        _queue.Enqueue();
        _queue.Poll();

        Assert.True(_queue.Release(1, 1, mayHaveArrived: false));
        Assert.Equal((CommandState.Pending, null, 0), (_queue[1].State, _queue[1].Outcome, _queue[1].OperatorRedriveCount));
        Assert.False(_queue.Release(1, 1, mayHaveArrived: false));
        _queue.Step(10);
        Assert.Equal(2, _queue.PollSeq());
        Assert.Equal(CommandState.Expired, _queue[1].State);
    }

    [Fact]
    public void In_Sequential_a_lease_that_a_repeat_has_shown_is_not_taken_back()
    {
        _queue.Policy = _queue.Policy with { DeliveryMode = DeliveryMode.Sequential };
        _queue.Enqueue();
        _queue.Poll();
        Assert.True(_queue.Poll().IsRepeat);

        Assert.False(_queue.Release(1, 1, mayHaveArrived: false));
        Assert.Equal((CommandState.Leased, 1), (_queue[1].State, _queue[1].DeliveryCount));
        Assert.Equal(ReportStatus.Ended, _queue.ReportByName());
        Assert.False(_queue.Release(1, 1, mayHaveArrived: true));
    }

    [Fact]
    public void In_Sequential_a_lease_ends_when_no_response_that_showed_it_was_sent()
    {
        _queue.Policy = _queue.Policy with { DeliveryMode = DeliveryMode.Sequential };
        _queue.Enqueue();
        _queue.Poll();
        _queue.Poll();
        _queue.Poll();

        Assert.False(_queue.Release(1, 1, mayHaveArrived: false));
        Assert.False(_queue.Release(1, 1, mayHaveArrived: false));
        Assert.True(_queue.Release(1, 1, mayHaveArrived: false));
        Assert.Equal((CommandState.Pending, 0, null), (_queue[1].State, _queue[1].DeliveryCount, _queue[1].DeliveredAt));
    }

    [Fact]
    public void In_Sequential_a_delivery_shown_ten_times_counts_as_seen_and_more_repeats_write_nothing()
    {
        _queue.Policy = _queue.Policy with { DeliveryMode = DeliveryMode.Sequential };
        _queue.Enqueue();
        for (int poll = 0; poll < 10; poll++)
        {
            _queue.Poll();
            Assert.NotEmpty(_queue.Changes);
        }

        _queue.Poll();
        Assert.Empty(_queue.Changes);
        Assert.False(_queue.Release(1, 1, mayHaveArrived: false));
        Assert.Empty(_queue.Changes);
    }

    [Fact]
    public void A_second_try_does_not_take_back_the_next_delivery()
    {
        _queue.Enqueue();
        _queue.Poll();
        UnsentDelivery first = _queue.LastDelivery!;
        Assert.True(_queue.Release(first));
        _queue.Step(1);
        _queue.Poll();

        Assert.False(_queue.Release(first));
        Assert.Equal(CommandState.Leased, _queue[1].State);
    }

    [Fact]
    public void A_cancelled_command_that_was_never_sent_stays_cancelled_and_unknown()
    {
        _queue.Enqueue("START", "t");
        _queue.Poll();
        _queue.Cancel(1);

        Assert.True(_queue.Release(1, 1, mayHaveArrived: false));
        Assert.Equal((CommandState.Cancelled, false), (_queue[1].State, _queue[1].MayBeKnown));
        Assert.Equal(ReportStatus.KeptAsStray, _queue.ReportByName());
    }

    [Fact]
    public void A_report_that_was_made_before_is_a_repeat_rather_than_one_of_a_command_that_may_not_have_arrived()
    {
        _queue.Enqueue();
        _queue.Enqueue();
        _queue.Poll();
        _queue.Report(1, detail: "1");
        _queue.Poll();
        _queue.Release(2, 1, mayHaveArrived: true);

        Assert.Equal(ReportStatus.Repeated, _queue.Report(null, detail: "1"));
        Assert.Equal(CommandState.Pending, _queue[2].State);
        Assert.Equal(ReportStatus.Ended, _queue.Report(null, detail: "2"));
        Assert.Equal(CommandState.Succeeded, _queue[2].State);
    }
}
