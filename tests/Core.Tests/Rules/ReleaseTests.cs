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
}
