namespace CommandBroker.Core.Tests.Rules;

public sealed class RedriveTests
{
    private readonly LiveQueue _queue = new();

    [Fact]
    public void A_dead_letter_goes_back_to_its_place_with_its_deliveries_counted_from_0()
    {
        DeadLetterFirst();
        _queue.Enqueue();

        ChangeOutcome outcome = _queue.Redrive(1);

        Assert.Equal(new ChangeOutcome(ChangeStatus.Changed, _queue[1]), outcome);
        Assert.Equal((CommandState.Pending, 0, 1), (_queue[1].State, _queue[1].DeliveryCount, _queue[1].RedriveCount));
        Assert.Null(_queue[1].Outcome);
        Assert.Equal([1L, 2], [_queue.PollSeq(), _queue.PollSeq()]);
        Assert.Equal(1, _queue[1].DeliveryCount);
    }

    [Fact]
    public void It_may_be_dead_lettered_and_redriven_again()
    {
        DeadLetterFirst();
        _queue.Redrive(1);
        _queue.Poll();
        _queue.Step(60);
        _queue.Poll();
        Assert.Equal(CommandState.DeadLettered, _queue[1].State);

        Assert.Equal(2, _queue.Redrive(1).Command!.RedriveCount);
    }

    [Fact]
    public void A_redrive_lifts_the_time_to_live()
    {
        DeadLetterFirst(timeToLive: 100);
        _queue.Redrive(1);
        _queue.Step(1_000);

        Assert.Null(_queue[1].ExpiresAt);
        Assert.Equal(1, _queue.PollSeq());
    }

    [Fact]
    public void A_redriven_command_comes_again_although_a_later_one_of_its_task_was_handed_out_meanwhile()
    {
        DeadLetterFirst(task: "t");
        _queue.Enqueue(task: "t");
        _queue.Poll();
        _queue.Redrive(1);

        Assert.Equal(1, _queue.PollSeq());
    }

    [Fact]
    public void Redriving_twice_is_harmless_while_it_is_open()
    {
        DeadLetterFirst();
        _queue.Redrive(1);

        Assert.Equal(new ChangeOutcome(ChangeStatus.WasSo, _queue[1]), _queue.Redrive(1));
        _queue.Poll();
        Assert.Equal(ChangeStatus.WasSo, _queue.Redrive(1).Status);
    }

    [Fact]
    public void Only_a_dead_letter_can_be_redriven()
    {
        _queue.Enqueue();
        Assert.Equal(new ChangeOutcome(ChangeStatus.WrongState, _queue[1]), _queue.Redrive(1));
        _queue.Cancel(1);

        Assert.Equal(new ChangeOutcome(ChangeStatus.WrongState, _queue[1]), _queue.Redrive(1));
        Assert.Equal(new ChangeOutcome(ChangeStatus.Unknown, null), _queue.Redrive(2));
    }

    [Fact]
    public void A_redriven_command_that_ended_cannot_be_redriven_again()
    {
        DeadLetterFirst();
        _queue.Redrive(1);
        _queue.Poll();
        _queue.Report(1);

        Assert.Equal(ChangeStatus.WrongState, _queue.Redrive(1).Status);
    }

    [Fact]
    public void A_full_queue_refuses_and_the_dead_letter_stays()
    {
        DeadLetterFirst();
        _queue.Enqueue();
        _queue.Policy = _queue.Policy with { MaxPendingCount = 1 };

        Assert.Equal(new ChangeOutcome(ChangeStatus.QueueFull, _queue[1]), _queue.Redrive(1));
        _queue.Policy = _queue.Policy with { MaxPendingCount = 2 };
        Assert.Equal(ChangeStatus.Changed, _queue.Redrive(1).Status);
    }

    private void DeadLetterFirst(string? task = null, double? timeToLive = null)
    {
        _queue.Policy = _queue.Policy with { MaxDeliveries = 1 };
        _queue.Enqueue(task: task, timeToLive: timeToLive);
        _queue.Poll();
        _queue.Step(60);
        _queue.Poll();
        Assert.Equal(CommandState.DeadLettered, _queue[1].State);
    }
}
