namespace CommandBroker.Core.Tests.Rules;

/// <summary>A report in time: by number and by name, repeated, contradicting, unsolicited.</summary>
public sealed class ReportTests
{
    private readonly LiveQueue _queue = new();

    [Theory]
    [InlineData(ReportResult.Success, CommandState.Succeeded)]
    [InlineData(ReportResult.Fail, CommandState.Failed)]
    public void A_report_ends_its_command_with_result_detail_as_it_came(ReportResult result, CommandState final)
    {
        _queue.Enqueue();
        _queue.Poll();
        _queue.Step(5);

        Assert.Equal(ReportStatus.Ended, _queue.Report(1, result: result, detail: "\"text\" "));
        Assert.Equal(final, _queue[1].State);
        Assert.Equal(
            new Outcome { EndedAt = _queue.Now, EndedBy = "agent", Reason = "Reported by the agent.", Result = result, ResultDetail = "\"text\" " },
            _queue[1].Outcome);
        Assert.Equal((0, 1L), (_queue.State.LeasedCount, _queue.State.HistoryCount));
    }

    [Fact]
    public void By_number_only_that_command_ends_among_equals()
    {
        _queue.Enqueue();
        _queue.Enqueue();
        _queue.Poll();
        _queue.Poll();

        Assert.Equal(ReportStatus.Ended, _queue.Report(2));
        Assert.Equal((CommandState.Leased, CommandState.Succeeded), (_queue[1].State, _queue[2].State));
    }

    [Fact]
    public void By_name_the_command_that_was_handed_out_first_ends_whatever_its_number()
    {
        _queue.Enqueue();
        _queue.Enqueue(priority: 1);
        _queue.Enqueue("STOP");
        _queue.Poll();
        _queue.Step(1);
        _queue.Poll();
        _queue.Poll();

        Assert.Equal(ReportStatus.Ended, _queue.ReportByName());
        Assert.Equal(CommandState.Succeeded, _queue[2].State);
        Assert.Equal(ReportStatus.Ended, _queue.ReportByName());
        Assert.Equal(CommandState.Succeeded, _queue[1].State);
    }

    [Fact]
    public void By_name_the_lower_number_ends_when_both_were_handed_out_at_one_instant()
    {
        _queue.Enqueue(priority: -1);
        _queue.Enqueue();
        _queue.Poll();
        _queue.Poll();

        _queue.ReportByName();
        Assert.Equal(CommandState.Succeeded, _queue[1].State);
    }

    [Theory]
    [InlineData(1L)]
    [InlineData(null)]
    public void Repeating_a_report_is_harmless(long? seq)
    {
        _queue.Enqueue();
        _queue.Poll();
        _queue.Report(seq);
        _queue.Step(1_000_000);

        Assert.Equal(ReportStatus.Repeated, _queue.Report(seq, detail: "other"));
        Assert.Empty(_queue.Changes);
        Assert.Empty(_queue.Strays);
        Assert.Equal("{}", _queue[1].Outcome!.ResultDetail);
    }

    [Theory]
    [InlineData(1L)]
    [InlineData(null)]
    public void A_contradicting_report_is_refused_and_kept(long? seq)
    {
        _queue.Enqueue();
        _queue.Poll();
        _queue.Report(seq);
        _queue.Step(1);

        Assert.Equal(ReportStatus.Contradicting, _queue.Report(seq, result: ReportResult.Fail, detail: "[1]"));
        Assert.Equal(CommandState.Succeeded, _queue[1].State);
        var expected = new StrayReport
        {
            Reason = StrayReason.Contradicting,
            Name = "START",
            Seq = 1,
            Result = ReportResult.Fail,
            ResultDetail = "[1]",
            ReportedAt = _queue.Now,
            ReportedBy = "agent",
        };
        Assert.Equal(expected, Assert.Single(_queue.Strays));
    }

    [Theory]
    [InlineData(1L)]
    [InlineData(9L)]
    [InlineData(null)]
    public void A_report_while_nothing_is_outstanding_is_kept_as_unsolicited(long? seq)
    {
        _queue.Enqueue();

        Assert.Equal(ReportStatus.KeptAsStray, _queue.Report(seq));
        StrayReport stray = Assert.Single(_queue.Strays);
        Assert.Equal((StrayReason.Unsolicited, "START", null), (stray.Reason, stray.Name, stray.Seq));
        Assert.Equal(CommandState.Pending, _queue[1].State);
    }

    [Theory]
    [InlineData(null, "STOP")]
    [InlineData(1L, "STOP")]
    [InlineData(2L, "START")]
    [InlineData(3L, "START")]
    public void A_name_or_number_that_is_not_outstanding_is_refused_while_others_are(long? seq, string name)
    {
        _queue.Enqueue();
        _queue.Enqueue();
        _queue.Poll();

        Assert.Equal(ReportStatus.NotOutstanding, _queue.Report(seq, name));
        Assert.Empty(_queue.Changes);
        Assert.Empty(_queue.Strays);
    }

    [Fact]
    public void A_number_with_the_wrong_name_is_unsolicited_when_that_command_has_ended_and_nothing_is_outstanding()
    {
        _queue.Enqueue();
        _queue.Poll();
        _queue.Report(1);

        Assert.Equal(ReportStatus.KeptAsStray, _queue.Report(1, "STOP"));
    }

    [Fact]
    public void An_ended_command_that_no_agent_saw_takes_no_report()
    {
        _queue.Cancel(_queue.Enqueue());

        Assert.Equal(ReportStatus.KeptAsStray, _queue.Report(1));
        Assert.Equal(ReportStatus.KeptAsStray, _queue.ReportByName());
        Assert.Null(_queue[1].Outcome!.Result);
    }

    [Fact]
    public void The_history_is_asked_for_only_when_no_open_command_matches()
    {
        var report = new ReportRequest { Name = "START", Result = ReportResult.Success, ResultDetail = "{}", Actor = "agent" };

        Transition<ReportOutcome> byName = CommandQueue.Report(QueueState.Empty, report, null, _queue.Now);
        Transition<ReportOutcome> byNumber = CommandQueue.Report(QueueState.Empty, report with { Seq = 4 }, null, _queue.Now);

        Assert.Equal((ReportStatus.NeedsHistory, ReportStatus.NeedsHistory), (byName.Outcome.Status, byNumber.Outcome.Status));
        Assert.Same(QueueState.Empty, byName.State);
    }
}
