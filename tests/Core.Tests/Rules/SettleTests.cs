namespace CommandBroker.Core.Tests.Rules;

/// <summary>Time ends commands by itself; every verb but report and release sees that first.</summary>
public sealed class SettleTests
{
    private readonly LiveQueue _queue = new();

    [Fact]
    public void Nothing_changes_before_a_time_to_live_or_a_lease_is_over()
    {
        _queue.Enqueue(timeToLive: 10);
        _queue.Enqueue();
        _queue.Step(9);

        Assert.False(_queue.State.MayNeedSettling(_queue.Policy, _queue.Now));
        Assert.Equal(0, _queue.Settle());
    }

    [Fact]
    public void Settling_ends_what_expired_and_takes_back_what_lapsed()
    {
        _queue.Enqueue();
        _queue.Enqueue(timeToLive: 10);
        _queue.Poll();
        _queue.Step(60);

        Assert.Equal(2, _queue.Settle());
        Assert.Equal((CommandState.Pending, CommandState.Expired), (_queue[1].State, _queue[2].State));
        Assert.Equal(0, _queue.Settle());
    }

    [Fact]
    public void A_look_for_nothing_is_not_repeated()
    {
        _queue.Enqueue();
        _queue.Poll();
        _queue.Report(1);
        _queue.Enqueue();
        _queue.Enqueue(timeToLive: 5);
        _queue.Cancel(3);
        _queue.Step(60);
        Assert.True(_queue.State.MayNeedSettling(_queue.Policy, _queue.Now));

        Assert.Equal(0, _queue.Settle());
        Assert.False(_queue.State.MayNeedSettling(_queue.Policy, _queue.Now));
    }

    [Fact]
    public void A_clock_that_stepped_back_and_fewer_allowed_deliveries_ask_for_a_look()
    {
        _queue.Enqueue();
        _queue.Poll();
        _queue.Step(-1);
        Assert.True(_queue.State.MayNeedSettling(_queue.Policy, _queue.Now));
        _queue.Settle();
        _queue.Step(60);
        _queue.Settle();
        Assert.False(_queue.State.MayNeedSettling(_queue.Policy, _queue.Now));

        _queue.Policy = _queue.Policy with { MaxDeliveries = 1 };
        Assert.Equal(1, _queue.Settle());
        Assert.Equal(CommandState.DeadLettered, _queue[1].State);
    }

    [Fact]
    public void An_enqueue_takes_the_place_of_an_expired_command_in_one_transition()
    {
        _queue.Policy = _queue.Policy with { MaxPendingCount = 1 };
        _queue.Enqueue(timeToLive: 10);
        _queue.Step(10);

        Assert.Equal(2, _queue.Enqueue());
        Assert.Equal([1L, 2], _queue.Changes.Select(command => command.Seq));
    }

    [Fact]
    public void A_refused_enqueue_settles_as_well()
    {
        _queue.Enqueue();
        _queue.Enqueue(timeToLive: 10);
        _queue.Step(10);
        _queue.Policy = _queue.Policy with { MaxPendingCount = 1 };

        Assert.Equal(EnqueueStatus.QueueFull, _queue.Enqueue(LiveQueue.Request()).Status);
        Assert.Equal(CommandState.Expired, _queue[2].State);
    }

    [Fact]
    public void The_key_of_a_command_that_expires_now_is_still_known()
    {
        EnqueueRequest request = LiveQueue.Request() with { IdempotencyKey = "k", TimeToLive = TimeSpan.FromSeconds(10) };
        _queue.Enqueue(request);
        _queue.Step(10);

        Assert.Equal((EnqueueStatus.WasThere, 1L), (_queue.Enqueue(request) is var again ? (again.Status, again.Seq) : default));
        Assert.Equal(CommandState.Expired, _queue[1].State);
    }

    [Fact]
    public void What_expired_is_not_cancelled_and_what_was_used_up_is_redriven()
    {
        _queue.Policy = _queue.Policy with { MaxDeliveries = 1 };
        _queue.Enqueue();
        _queue.Enqueue(timeToLive: 10);
        _queue.Poll();
        _queue.Step(60);

        Assert.Equal(ChangeStatus.WrongState, _queue.Cancel(2).Status);
        Assert.Equal(ChangeStatus.Changed, _queue.Redrive(1).Status);
        Assert.Equal((CommandState.Pending, 1), (_queue[1].State, _queue[1].RedriveCount));
    }

    [Fact]
    public void A_long_queue_is_settled_in_parts_before_the_verb_answers()
    {
        const int expiring = (2 * CommandQueue.MaxSettledCount) + 1;
        QueueState state = QueueState.Restore(
            Enumerable.Range(1, expiring + 1).Select(seq => new Command
            {
                Seq = seq,
                Name = "START",
                Param = "{}",
                TimeToLive = seq <= expiring ? TimeSpan.FromSeconds(10) : null,
                EnqueuedAt = LiveQueue.Start,
                EnqueuedBy = "operator",
            }),
            lastSeq: expiring + 1,
            removedCount: 0);
        DateTimeOffset now = LiveQueue.Start.AddSeconds(10);

        Transition<PollOutcome>[] parts = [.. Enumerable.Range(0, 3).Select(_ =>
        {
            Transition<PollOutcome> part = CommandQueue.Poll(state, _queue.Policy, now);
            state = part.State;
            return part;
        })];

        Assert.Equal([true, true, false], parts.Select(part => part.IsPartial));
        Assert.Equal([CommandQueue.MaxSettledCount, CommandQueue.MaxSettledCount, 2], parts.Select(part => part.Changes.Length));
        Assert.Equal(expiring + 1, parts[2].Outcome.Delivered!.Seq);
    }
}
