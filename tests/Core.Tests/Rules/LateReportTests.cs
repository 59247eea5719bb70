namespace CommandBroker.Core.Tests.Rules;

/// <summary>A late report wins over everything the broker did by itself, and never over an operator or an earlier report.</summary>
public sealed class LateReportTests
{
    private readonly LiveQueue _queue = new();

    [Theory]
    [InlineData(1L)]
    [InlineData(null)]
    public void It_ends_a_command_whose_lease_ran_out_and_was_not_settled_yet(long? seq)
    {
        _queue.Enqueue();
        _queue.Poll();
        _queue.Step(60);

        Ends(seq, "Reported by the agent after its lease had run out.");
    }

    [Theory]
    [InlineData(1L)]
    [InlineData(null)]
    public void It_ends_a_command_that_waits_again(long? seq)
    {
        _queue.Enqueue();
        _queue.Enqueue("STOP", priority: 1, notBefore: 60);
        _queue.Poll();
        _queue.Step(60);
        Assert.Equal(2, _queue.PollSeq());
        Assert.Equal(CommandState.Pending, _queue[1].State);

        Ends(seq, "Reported by the agent after its lease had run out.");
    }

    [Theory]
    [InlineData(1L)]
    [InlineData(null)]
    public void It_ends_a_command_that_is_leased_anew(long? seq)
    {
        _queue.Enqueue();
        _queue.Poll();
        _queue.Step(60);
        _queue.Poll();

        Ends(seq, "Reported by the agent.");
    }

    [Theory]
    [InlineData(1L)]
    [InlineData(null)]
    public void It_ends_a_dead_lettered_command(long? seq)
    {
        DeadLetter();

        Ends(seq, "Reported by the agent late: it had ended as dead_lettered (Delivered 1 times without a report; Queue:MaxDeliveries allows 1.)");
    }

    [Theory]
    [InlineData(1L)]
    [InlineData(null)]
    public void It_ends_a_redriven_command_that_waits(long? seq)
    {
        DeadLetter();
        _queue.Redrive(1);

        Ends(seq, "Reported by the agent after its lease had run out.");
    }

    [Theory]
    [InlineData(1L)]
    [InlineData(null)]
    public void It_ends_a_command_that_expired_after_its_delivery(long? seq)
    {
        _queue.Enqueue(timeToLive: 10);
        _queue.Poll();
        _queue.Step(60);
        _queue.Poll();
        Assert.Equal(CommandState.Expired, _queue[1].State);

        Ends(seq, "Reported by the agent late: it had ended as expired (Waited longer than its time to live of 10s.)");
    }

    [Theory]
    [InlineData(1L)]
    [InlineData(null)]
    public void It_ends_a_command_that_was_overtaken_after_its_delivery(long? seq)
    {
        _queue.Enqueue(task: "t");
        _queue.Enqueue("STOP", "t");
        _queue.Poll();
        _queue.Poll();
        _queue.Step(60);
        _queue.Poll();
        Assert.Equal(CommandState.Superseded, _queue[1].State);

        Ends(seq, "Reported by the agent late: it had ended as superseded (Not redelivered: command 2 of the same task was handed out after it.)");
    }

    [Theory]
    [InlineData(1L)]
    [InlineData(null)]
    public void It_ends_a_command_that_AtMostOnce_had_delivered(long? seq)
    {
        _queue.Policy = _queue.Policy with { DeliveryMode = DeliveryMode.AtMostOnce };
        _queue.Enqueue();
        _queue.Poll();

        Ends(seq, "Reported by the agent, though no report was awaited.");
    }

    [Theory]
    [InlineData(1L)]
    [InlineData(null)]
    public void It_ends_a_released_command_for_part_of_the_response_may_have_arrived(long? seq)
    {
        _queue.Enqueue();
        _queue.Poll();
        _queue.Release(1, 1);

        Ends(seq, "Reported by the agent after its lease had run out.");
    }

    [Theory]
    [InlineData(1L)]
    [InlineData(null)]
    public void A_cancelled_command_stays_cancelled_and_the_report_is_noted_in_it_once(long? seq)
    {
        _queue.Enqueue();
        _queue.Poll();
        _queue.Cancel(1, "no longer wanted");
        Outcome before = _queue[1].Outcome!;

        Assert.Equal(ReportStatus.NotedOnCancelled, _queue.Report(seq, detail: "7"));
        Assert.Equal(CommandState.Cancelled, _queue[1].State);
        Assert.Equal(before with { Result = ReportResult.Success, ResultDetail = "7" }, _queue[1].Outcome);
        Assert.Equal(ReportStatus.Repeated, _queue.Report(seq));
        Assert.Equal(ReportStatus.Contradicting, _queue.Report(seq, result: ReportResult.Fail));
        Assert.Equal(ReportResult.Success, _queue[1].Outcome!.Result);
    }

    private void DeadLetter()
    {
        _queue.Policy = _queue.Policy with { MaxDeliveries = 1 };
        _queue.Enqueue();
        _queue.Poll();
        _queue.Step(60);
        _queue.Poll();
        Assert.Equal(CommandState.DeadLettered, _queue[1].State);
    }

    private void Ends(long? seq, string reason)
    {
        Assert.Equal(ReportStatus.Ended, _queue.Report(seq));
        Assert.Equal(CommandState.Succeeded, _queue[1].State);
        Assert.Equal((reason, "agent", _queue.Now), (_queue[1].Outcome!.Reason, _queue[1].Outcome!.EndedBy, _queue[1].Outcome!.EndedAt));
        Assert.Null(_queue[1].Outcome!.SupersededBy);
        Assert.Equal(ReportStatus.Repeated, _queue.Report(1));
        Assert.Equal(ReportStatus.Contradicting, _queue.Report(1, result: ReportResult.Fail));
    }
}
