namespace CommandBroker.Core.Tests.Rules;

/// <summary>A redelivery never goes backwards inside a task.</summary>
public sealed class OvertakeTests
{
    private readonly LiveQueue _queue = new();

    [Fact]
    public void A_lapsed_command_ends_as_superseded_when_a_later_one_of_its_task_was_handed_out_after_it()
    {
        _queue.Enqueue("START", "t");
        _queue.Enqueue("STOP", "t");
        _queue.Poll();
        _queue.Poll();
        Assert.Equal((CommandState.Leased, 2L), (_queue[1].State, _queue[1].OvertakenBy));
        _queue.Report(2, "STOP");
        _queue.Step(60);

        Assert.Equal(0, _queue.PollSeq());
        Assert.Equal(CommandState.Superseded, _queue[1].State);
        Assert.Equal(
            new Outcome
            {
                EndedAt = _queue.Now,
                EndedBy = "broker",
                Reason = "Not redelivered: command 2 of the same task was handed out after it.",
                SupersededBy = 2,
            },
            _queue[1].Outcome);
    }

    [Fact]
    public void One_that_had_lapsed_already_ends_in_the_poll_that_hands_out_the_later_one()
    {
        _queue.Enqueue("START", "t");
        _queue.Poll();
        _queue.Enqueue("STOP", "t", priority: 1);
        _queue.Step(60);

        Assert.Equal(2, _queue.PollSeq());
        Assert.Equal((CommandState.Superseded, 2L), (_queue[1].State, _queue[1].Outcome!.SupersededBy));
    }

    [Fact]
    public void Each_overtaken_command_is_written_once_however_many_follow()
    {
        for (int i = 0; i < 4; i++)
        {
            _queue.Enqueue(task: "t");
        }

        Assert.Equal([1L, 2, 3], [_queue.PollSeq(), _queue.PollSeq(), _queue.PollSeq()]);
        _queue.Poll();

        Assert.Equal([4L, 3], _queue.Changes.Select(change => change.Seq));
        Assert.Equal(2, _queue[1].OvertakenBy);
    }

    [Fact]
    public void A_command_of_another_task_or_of_none_is_redelivered()
    {
        _queue.Enqueue(task: "t");
        _queue.Enqueue(task: "other");
        _queue.Enqueue();
        _queue.Enqueue();
        _queue.Poll();
        _queue.Poll();
        _queue.Poll();
        _queue.Poll();
        _queue.Step(60);

        Assert.Equal([1L, 2, 3, 4], [_queue.PollSeq(), _queue.PollSeq(), _queue.PollSeq(), _queue.PollSeq()]);
    }

    [Fact]
    public void An_earlier_command_handed_out_later_does_not_end_the_later_one()
    {
        _queue.Enqueue("START", "t");
        _queue.Enqueue("STOP", "t", priority: 1);
        Assert.Equal([2L, 1], [_queue.PollSeq(), _queue.PollSeq()]);
        _queue.Report(1);
        _queue.Step(60);

        Assert.Equal(2, _queue.PollSeq());
    }

    [Fact]
    public void A_redelivered_later_command_ends_the_earlier_one_that_lapsed_with_it()
    {
        _queue.Enqueue("START", "t");
        _queue.Enqueue("STOP", "t", priority: 1);
        _queue.Poll();
        _queue.Poll();
        _queue.Step(60);

        Assert.Equal([2L, 0], [_queue.PollSeq(), _queue.PollSeq()]);
        Assert.Equal(CommandState.Superseded, _queue[1].State);
    }

    [Fact]
    public void A_command_that_was_never_handed_out_is_not_overtaken()
    {
        _queue.Enqueue("START", "t");
        _queue.Enqueue("STOP", "t", priority: 1);
        Assert.Equal(2, _queue.PollSeq());

        Assert.Null(_queue[1].OvertakenBy);
        Assert.Equal(1, _queue.PollSeq());
    }

    [Fact]
    public void An_overtaken_command_still_ends_by_its_report_while_it_runs()
    {
        _queue.Enqueue("START", "t");
        _queue.Enqueue("STOP", "t");
        _queue.Poll();
        _queue.Poll();

        Assert.Equal(ReportStatus.Ended, _queue.Report(1));
        Assert.Equal(CommandState.Succeeded, _queue[1].State);
    }

    [Fact]
    public void AtMostOnce_overtakes_what_another_mode_left_outstanding()
    {
        _queue.Enqueue("START", "t");
        _queue.Poll();
        _queue.Enqueue("STOP", "t");
        _queue.Policy = _queue.Policy with { DeliveryMode = DeliveryMode.AtMostOnce };
        _queue.Poll();
        _queue.Step(60);

        Assert.Equal(0, _queue.PollSeq());
        Assert.Equal(CommandState.Superseded, _queue[1].State);
    }
}
