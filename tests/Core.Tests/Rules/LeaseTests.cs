namespace CommandBroker.Core.Tests.Rules;

/// <summary>What time does to a command: lease, redelivery, dead letters, time to live, and a clock that steps back.</summary>
public sealed class LeaseTests
{
    private readonly LiveQueue _queue = new();

    [Fact]
    public void A_lease_that_expires_makes_the_command_visible_again_with_its_count_kept()
    {
        _queue.Enqueue();
        _queue.Poll();
        _queue.Step(59.999);
        Assert.Equal(0, _queue.PollSeq());

        _queue.Step(0.001);
        Command again = _queue.Poll().Delivered!;
        Assert.Equal((1L, 2, 3), (again.Seq, again.DeliveryCount, again.Version));
    }

    [Fact]
    public void A_redelivery_comes_at_its_old_place_before_commands_that_wait()
    {
        _queue.Enqueue();
        _queue.Enqueue();
        _queue.Poll();
        _queue.Step(60);

        Assert.Equal([1L, 2], [_queue.PollSeq(), _queue.PollSeq()]);
    }

    [Fact]
    public void The_last_allowed_delivery_that_lapses_is_dead_lettered_with_the_reason()
    {
        _queue.Enqueue();
        for (int delivery = 1; delivery <= 3; delivery++)
        {
            Assert.Equal(delivery, _queue.Poll().Delivered!.DeliveryCount);
            _queue.Step(60);
        }

        Assert.Equal(0, _queue.PollSeq());
        Assert.Equal((CommandState.DeadLettered, 3), (_queue[1].State, _queue[1].DeliveryCount));
        Assert.Equal(
            new Outcome { EndedAt = _queue.Now, EndedBy = "broker", Reason = "Delivered 3 times without a report; Queue:MaxDeliveries allows 3." },
            _queue[1].Outcome);
    }

    [Fact]
    public void An_end_that_the_source_servers_own_setting_decides_names_that_setting()
    {
        _queue.Policy = _queue.Policy.With(new QueueOverrides { MaxDeliveries = 1 });
        _queue.Enqueue();
        _queue.Poll();
        _queue.Step(60);

        Assert.Equal(0, _queue.PollSeq());
        Assert.Equal("Delivered 1 times without a report; the source server's own max_deliveries allows 1.", _queue[1].Outcome!.Reason);
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(10, "10s")]
    [InlineData(-1, "-1s")]
    [InlineData(1.5, "1.5s")]
    [InlineData(90, "90s")]
    [InlineData(300, "5m")]
    [InlineData(7_200, "2h")]
    [InlineData(86_400, "1d")]
    public void Durations_are_written_as_requests_write_them(double seconds, string text) =>
        Assert.Equal(text, DurationWords.Of(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_command_whose_time_to_live_is_over_expires_undelivered()
    {
        _queue.Enqueue(timeToLive: 10);
        _queue.Step(9.999);
        Assert.Null(_queue.State.Find(1)!.Outcome);
        _queue.Step(0.001);

        Assert.Equal(0, _queue.PollSeq());
        Assert.Equal(CommandState.Expired, _queue[1].State);
        Assert.Equal(
            new Outcome { EndedAt = _queue.Now, EndedBy = "broker", Reason = "Waited longer than its time to live of 10s." },
            _queue[1].Outcome);
    }

    [Fact]
    public void One_tick_before_its_time_to_live_is_over_it_is_still_handed_out()
    {
        _queue.Enqueue(timeToLive: 10);
        _queue.Now += TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1);

        Assert.Equal(1, _queue.PollSeq());
    }

    [Fact]
    public void A_running_lease_outlives_the_time_to_live()
    {
        _queue.Enqueue(timeToLive: 10);
        _queue.Poll();
        _queue.Step(59);
        _queue.Poll();
        Assert.Equal(CommandState.Leased, _queue[1].State);

        _queue.Step(1);
        _queue.Poll();
        Assert.Equal(CommandState.Expired, _queue[1].State);
    }

    [Fact]
    public void Whatever_time_has_done_is_settled_in_one_poll_even_when_nothing_is_handed_out()
    {
        _queue.Enqueue(timeToLive: 10);
        _queue.Enqueue(timeToLive: 20);
        _queue.Enqueue(notBefore: 100);
        _queue.Step(30);

        Assert.Equal(0, _queue.PollSeq());
        Assert.Equal([1L, 2], _queue.Changes.Select(change => change.Seq));
        Assert.Equal(1, _queue.State.PendingCount);
    }

    [Fact]
    public void A_clock_that_steps_back_never_makes_a_lease_longer_than_its_length()
    {
        _queue.Enqueue();
        _queue.Poll();
        _queue.Step(-3_600);

        Assert.Equal(0, _queue.PollSeq());
        Assert.Equal((_queue.Now, _queue.Now.AddSeconds(60)), (_queue[1].DeliveredAt, _queue[1].LeasedUntil));
        Assert.Equal(0, _queue.PollSeq());
        Assert.Empty(_queue.Changes);
        _queue.Step(60);
        Assert.Equal((1L, 2), (_queue.PollSeq(), _queue[1].DeliveryCount));
    }

    [Fact]
    public void A_clock_that_steps_back_inside_a_lease_leaves_it_as_it_is()
    {
        _queue.Enqueue();
        _queue.Step(100);
        _queue.Poll();
        _queue.Step(30);
        _queue.Step(-30);

        Assert.Equal(0, _queue.PollSeq());
        Assert.Empty(_queue.Changes);
    }

    [Fact]
    public void In_Sequential_the_outstanding_command_is_repeated_with_the_lease_that_the_earlier_clock_gives_it()
    {
        _queue.Policy = _queue.Policy with { DeliveryMode = DeliveryMode.Sequential };
        _queue.Enqueue();
        _queue.Poll();
        _queue.Step(-100);

        PollOutcome repeat = _queue.Poll();
        Assert.True(repeat.IsRepeat);
        Assert.Equal((1, _queue.Now.AddSeconds(60)), (repeat.Delivered!.DeliveryCount, repeat.Delivered.LeasedUntil));
    }

    [Fact]
    public void A_lower_limit_of_deliveries_is_heeded_from_the_next_poll_on()
    {
        _queue.Enqueue();
        _queue.Poll();
        _queue.Policy = _queue.Policy with { MaxDeliveries = 1 };
        _queue.Step(60);

        Assert.Equal(0, _queue.PollSeq());
        Assert.Equal(CommandState.DeadLettered, _queue[1].State);
    }
}
