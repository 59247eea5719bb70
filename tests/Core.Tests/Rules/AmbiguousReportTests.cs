namespace CommandBroker.Core.Tests.Rules;

/// <summary>A report by name that fits several commands: it ends one only when there is no doubt.</summary>
public sealed class AmbiguousReportTests
{
    private readonly LiveQueue _queue = new();

    [Fact]
    public void A_running_lease_is_meant_before_one_that_ran_out()
    {
        _queue.Enqueue();
        _queue.Enqueue();
        _queue.Poll();
        _queue.Step(59);
        _queue.Poll();
        _queue.Step(1);

        _queue.ReportByName();
        Assert.Equal((CommandState.Leased, CommandState.Succeeded), (_queue[1].State, _queue[2].State));
    }

    [Fact]
    public void A_lease_that_ends_this_very_instant_runs_no_more()
    {
        _queue.Enqueue();
        _queue.Poll();
        _queue.Step(30);
        _queue.Enqueue();
        _queue.Poll();
        _queue.Step(30);

        _queue.ReportByName();
        Assert.Equal(CommandState.Succeeded, _queue[2].State);
    }

    [Fact]
    public void Of_two_that_lost_their_lease_none_ends_and_the_report_is_kept()
    {
        _queue.Enqueue();
        _queue.Enqueue();
        _queue.Poll();
        _queue.Poll();
        _queue.Step(60);

        Assert.Equal(ReportStatus.KeptAsStray, _queue.ReportByName());
        Assert.Equal((StrayReason.Ambiguous, null), (Assert.Single(_queue.Strays).Reason, _queue.Strays[0].Seq));
        Assert.Equal(2, _queue.State.Open.Length);
    }

    [Fact]
    public void One_that_lost_its_lease_is_meant_when_no_other_of_its_name_was_handed_out()
    {
        _queue.Enqueue();
        _queue.Enqueue("STOP");
        _queue.Poll();
        _queue.Poll();
        _queue.Enqueue();
        _queue.Step(60);

        Assert.Equal(ReportStatus.Ended, _queue.ReportByName());
        Assert.Equal(CommandState.Succeeded, _queue[1].State);
    }

    [Fact]
    public void Of_two_that_ended_without_a_report_none_is_meant()
    {
        _queue.Policy = _queue.Policy with { DeliveryMode = DeliveryMode.AtMostOnce };
        _queue.Enqueue();
        _queue.Enqueue();
        _queue.Poll();
        _queue.Poll();

        Assert.Equal(ReportStatus.KeptAsStray, _queue.ReportByName());
        Assert.Equal(StrayReason.Ambiguous, Assert.Single(_queue.Strays).Reason);
        Assert.Null(_queue[2].Outcome!.Result);
    }

    [Theory]
    [InlineData(1, null, CommandState.DeadLettered)]
    [InlineData(3, 30.0, CommandState.Expired)]
    public void Of_two_that_time_ended_after_their_delivery_none_is_meant(int maxDeliveries, double? timeToLive, CommandState state)
    {
        _queue.Policy = _queue.Policy with { MaxDeliveries = maxDeliveries };
        _queue.Enqueue(timeToLive: timeToLive);
        _queue.Enqueue(timeToLive: timeToLive);
        _queue.Poll();
        _queue.Poll();
        _queue.Step(60);
        _queue.Poll();

        Assert.Equal((state, state), (_queue[1].State, _queue[2].State));
        Assert.Equal(ReportStatus.KeptAsStray, _queue.ReportByName());
    }

    [Fact]
    public void Of_ended_ones_the_last_handed_out_is_meant_not_the_highest_number()
    {
        _queue.Enqueue();
        _queue.Enqueue(priority: 1);
        _queue.Poll();
        _queue.Report(2);
        _queue.Step(1);
        _queue.Poll();
        _queue.Cancel(1);

        Assert.Equal(ReportStatus.NotedOnCancelled, _queue.ReportByName());
    }

    [Fact]
    public void Of_ended_ones_handed_out_at_one_instant_the_highest_number_is_meant()
    {
        _queue.Enqueue();
        _queue.Enqueue();
        _queue.Poll();
        _queue.Poll();
        _queue.Report(2, result: ReportResult.Fail);
        _queue.Report(1);

        Assert.Equal(ReportStatus.Repeated, _queue.ReportByName(result: ReportResult.Fail));
    }

    [Fact]
    public void One_ended_without_a_report_is_meant_when_the_one_before_it_was_reported()
    {
        _queue.Enqueue();
        _queue.Poll();
        _queue.Report(1);
        _queue.Step(1);
        _queue.Policy = _queue.Policy with { DeliveryMode = DeliveryMode.AtMostOnce };
        _queue.Enqueue();
        _queue.Poll();

        Assert.Equal(ReportStatus.Ended, _queue.ReportByName());
        Assert.Equal(CommandState.Succeeded, _queue[2].State);
    }

    [Fact]
    public void A_reported_one_is_meant_when_it_was_handed_out_after_one_that_ended_without()
    {
        _queue.Policy = _queue.Policy with { DeliveryMode = DeliveryMode.AtMostOnce };
        _queue.Enqueue();
        _queue.Poll();
        _queue.Policy = _queue.Policy with { DeliveryMode = DeliveryMode.Queue };
        _queue.Step(1);
        _queue.Enqueue();
        _queue.Poll();
        _queue.Report(2);

        Assert.Equal(ReportStatus.Repeated, _queue.ReportByName());
    }

    [Fact]
    public void An_ended_one_of_another_name_is_never_meant()
    {
        _queue.Enqueue();
        _queue.Poll();
        _queue.Report(1);
        _queue.Enqueue("STOP");
        _queue.Poll();

        Assert.Equal(ReportStatus.NotOutstanding, _queue.ReportByName("SYNC"));
    }
}
