namespace CommandBroker.Core.Tests.Rules;

public sealed class CancelTests
{
    private readonly LiveQueue _queue = new();

    [Fact]
    public void A_waiting_command_is_cancelled_and_not_handed_out_any_more()
    {
        _queue.Enqueue();
        _queue.Step(3);

        ChangeOutcome outcome = _queue.Cancel(1, "wrong server");

        Assert.Equal(new ChangeOutcome(ChangeStatus.Changed, _queue[1]), outcome);
        Assert.Equal(CommandState.Cancelled, _queue[1].State);
        Assert.Equal(new Outcome { EndedAt = _queue.Now, EndedBy = "operator", Reason = "Cancelled: wrong server" }, _queue[1].Outcome);
        Assert.Equal(0, _queue.PollSeq());
    }

    [Fact]
    public void A_leased_command_is_cancelled_and_not_redelivered()
    {
        _queue.Enqueue();
        _queue.Poll();

        Assert.Equal(ChangeStatus.Changed, _queue.Cancel(1).Status);
        Assert.Null(_queue[1].LeasedUntil);
        _queue.Step(60);
        Assert.Equal(0, _queue.PollSeq());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public void Without_a_reason_the_outcome_says_only_that_it_was_cancelled(string? reason)
    {
        _queue.Enqueue();
        _queue.Cancel(1, reason);

        Assert.Equal("Cancelled.", _queue[1].Outcome!.Reason);
    }

    [Fact]
    public void Cancelling_twice_is_harmless_and_keeps_the_first_reason()
    {
        _queue.Enqueue();
        _queue.Cancel(1, "first");

        Assert.Equal(new ChangeOutcome(ChangeStatus.WasSo, _queue[1]), _queue.Cancel(1, "second"));
        Assert.Equal("Cancelled: first", _queue[1].Outcome!.Reason);
    }

    [Fact]
    public void An_unknown_number_and_an_ended_command_are_refused()
    {
        _queue.Enqueue();
        _queue.Poll();
        _queue.Report(1);

        Assert.Equal(new ChangeOutcome(ChangeStatus.Unknown, null), _queue.Cancel(2));
        Assert.Equal(new ChangeOutcome(ChangeStatus.WrongState, _queue[1]), _queue.Cancel(1));
    }
}
