using System.Collections.Immutable;
using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;
using Xunit;

namespace CommandBroker.Grains.Tests;

public sealed class SourceServerGrainTests(BrokerCluster cluster) : IClassFixture<BrokerCluster>
{
    [Fact]
    public async Task A_command_is_enqueued_polled_and_reported()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        long seq = await BrokerCluster.EnqueueAsync(queue, "START", "t-1");

        PollReply reply = await queue.PollAsync();
        ReportReplyStatus report = await queue.ReportAsync(BrokerCluster.Report("START"));
        CommandView? ended = await queue.ShowAsync(seq);

        Assert.Equal(("START", """{"task_id":"t-1"}""", 1, seq), (reply.Name, reply.Param, reply.DeliveryCount, reply.Seq));
        Assert.Equal(TimeSpan.FromMinutes(5), reply.LeaseRemaining);
        Assert.Equal(ReportReplyStatus.Ended, report);
        Assert.Equal((CommandState.Succeeded, "agent"), (ended!.State, ended.EndedBy));
        Assert.Equal(PollStatus.Idle, (await queue.PollAsync()).Status);
    }

    [Fact]
    public async Task A_source_server_that_is_not_registered_is_unknown_to_every_verb()
    {
        ISourceServerGrain queue = cluster.Queue("never-registered");

        Assert.Equal(PollStatus.UnknownSourceServer, (await queue.PollAsync()).Status);
        Assert.Equal(ReportReplyStatus.UnknownSourceServer, await queue.ReportAsync(BrokerCluster.Report("START")));
        BrokerException refused = await Assert.ThrowsAsync<BrokerException>(() => queue.ListAsync().AsTask());
        Assert.Equal(BrokerErrorReason.UnknownSourceServer, refused.Reason);
    }

    [Fact]
    public async Task A_lease_that_expires_makes_the_command_visible_again()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        await BrokerCluster.EnqueueAsync(queue, "START");
        await queue.PollAsync();

        Assert.Equal(PollStatus.Idle, (await queue.PollAsync()).Status);
        cluster.Clock.Advance(TimeSpan.FromMinutes(5));
        PollReply again = await queue.PollAsync();

        Assert.Equal((PollStatus.Delivered, 2), (again.Status, again.DeliveryCount));
    }

    [Fact]
    public async Task A_late_report_ends_a_dead_letter()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        long seq = await BrokerCluster.EnqueueAsync(queue, "START");
        for (int delivery = 1; delivery <= 3; delivery++)
        {
            Assert.Equal(delivery, (await queue.PollAsync()).DeliveryCount);
            cluster.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        Assert.Equal(PollStatus.Idle, (await queue.PollAsync()).Status);
        Assert.Equal(CommandState.DeadLettered, (await queue.ShowAsync(seq))!.State);
        Assert.Equal(ReportReplyStatus.Ended, await queue.ReportAsync(BrokerCluster.Report("START")));
        Assert.Equal(CommandState.Succeeded, (await queue.ShowAsync(seq))!.State);
    }

    [Fact]
    public async Task A_dead_letter_is_redriven_and_delivered_from_one()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        long seq = await BrokerCluster.EnqueueAsync(queue, "START");
        for (int delivery = 1; delivery <= 3; delivery++)
        {
            await queue.PollAsync();
            cluster.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        await queue.PollAsync();
        CommandView redriven = await queue.RedriveAsync(seq, "operator");
        CommandView repeated = await queue.RedriveAsync(seq, "operator");

        Assert.Equal((CommandState.Pending, 0, 1), (redriven.State, redriven.DeliveryCount, redriven.RedriveCount));
        Assert.Equal(redriven.Version, repeated.Version);
        Assert.Equal(1, (await queue.PollAsync()).DeliveryCount);
    }

    [Fact]
    public async Task The_same_key_and_body_answer_with_the_first_command_also_after_it_has_ended()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        long seq = await BrokerCluster.EnqueueAsync(queue, "START", key: "k-1");
        await queue.PollAsync();
        await queue.ReportAsync(BrokerCluster.Report("START"));

        EnqueueReply again = (await queue.EnqueueAsync([BrokerCluster.Call("START", key: "k-1")], "operator"))[0];
        EnqueueReply other = (await queue.EnqueueAsync([BrokerCluster.Call("STOP", key: "k-1")], "operator"))[0];

        Assert.Equal((seq, true), (again.Seq, again.WasThere));
        Assert.Equal(BrokerErrorReason.KeyConflict, other.Error);
        Assert.Equal(seq, (await queue.ListAsync()).LastSeq);
    }

    [Fact]
    public async Task A_batch_reports_each_command_on_its_own()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();

        ImmutableArray<EnqueueReply> replies = await queue.EnqueueAsync(
        [
            BrokerCluster.Call("ONE"),
            BrokerCluster.Call("TWO") with { Param = "[1]" },
            BrokerCluster.Call("THREE", key: "k"),
            BrokerCluster.Call("THREE", key: "k"),
            BrokerCluster.Call("FOUR"),
            BrokerCluster.Call("FIVE"),
            BrokerCluster.Call("SIX"),
            BrokerCluster.Call("SEVEN"),
        ], "operator");

        Assert.Equal(
            [null, BrokerErrorReason.InvalidArgument, null, null, null, null, null, BrokerErrorReason.QueueFull],
            replies.Select(reply => reply.Error));
        Assert.Equal(replies[2].Seq, replies[3].Seq);
        Assert.Contains("Queue:MaxPendingCount allows 5", replies[7].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_may_replace_another_of_the_same_batch()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();

        ImmutableArray<EnqueueReply> replies = await queue.EnqueueAsync(
            [BrokerCluster.Call("START", "t"), BrokerCluster.Call("STOP", "t") with { SupersedesTask = true }], "operator");

        Assert.Equal("STOP", (await queue.PollAsync()).Name);
        CommandView replaced = (await queue.ShowAsync(replies[0].Seq))!;
        Assert.Equal((CommandState.Superseded, (long?)replies[1].Seq), (replaced.State, replaced.SupersededBy));
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_answered_as_unavailable_and_found_by_its_key()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        cluster.Database.LosesNextAnswer = true;

        BrokerException lost = await Assert.ThrowsAsync<BrokerException>(
            () => queue.EnqueueAsync([BrokerCluster.Call("START", key: "k")], "operator").AsTask());
        EnqueueReply retried = (await queue.EnqueueAsync([BrokerCluster.Call("START", key: "k")], "operator"))[0];

        Assert.Equal((BrokerErrorReason.StorageUnavailable, true), (lost.Reason, lost.IsTransient));
        Assert.True(retried.WasThere);
        Assert.Single((await queue.ListAsync()).Commands);
    }

    [Fact]
    public async Task Memory_never_holds_what_storage_refused()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        await BrokerCluster.EnqueueAsync(queue, "START");
        cluster.Database.IsDown = true;
        try
        {
            await Assert.ThrowsAsync<BrokerException>(() => queue.PollAsync().AsTask());
        }
        finally
        {
            cluster.Database.IsDown = false;
        }

        PollReply reply = await queue.PollAsync();
        Assert.Equal((PollStatus.Delivered, 1), (reply.Status, reply.DeliveryCount));
    }

    [Fact]
    public async Task An_activation_that_another_was_faster_than_decides_again()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        long seq = await BrokerCluster.EnqueueAsync(queue, "START");
        StoredQueue stored = (await cluster.Database.LoadAsync(SourceServerKey.Parse(queue.GetPrimaryKeyString())))!;
        Transition<PollOutcome> elsewhere = CommandQueue.Poll(stored.State, new QueuePolicy(), cluster.Clock.GetUtcNow());
        Assert.Equal(CommitStatus.Committed, await cluster.Database.CommitBehindTheBackAsync(
            new QueueCommit { SourceNo = stored.SourceNo, Commands = elsewhere.Changes }));

        Assert.Equal(PollStatus.Idle, (await queue.PollAsync()).Status);
        Assert.Equal(CommandState.Leased, (await queue.ShowAsync(seq))!.State);
    }

    [Fact]
    public async Task A_cancel_of_a_command_that_another_activation_ended_says_how_it_ended()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        long seq = await BrokerCluster.EnqueueAsync(queue, "START");
        StoredQueue stored = (await cluster.Database.LoadAsync(SourceServerKey.Parse(queue.GetPrimaryKeyString())))!;
        Transition<PollOutcome> elsewhere = CommandQueue.Poll(stored.State, new QueuePolicy { DeliveryMode = DeliveryMode.AtMostOnce }, cluster.Clock.GetUtcNow());
        await cluster.Database.CommitBehindTheBackAsync(new QueueCommit { SourceNo = stored.SourceNo, Commands = elsewhere.Changes });

        BrokerException refusal = await Assert.ThrowsAsync<BrokerException>(() => queue.CancelAsync(seq, "operator", null).AsTask());

        Assert.Equal(BrokerErrorReason.WrongState, refusal.Reason);
        Assert.Equal($"Command {seq} is delivered and cannot be cancelled.", refusal.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_report_of_a_command_that_another_activation_handed_out_ends_it(bool byNumber)
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        long seq = await BrokerCluster.EnqueueAsync(queue, "START");
        StoredQueue stored = (await cluster.Database.LoadAsync(SourceServerKey.Parse(queue.GetPrimaryKeyString())))!;
        Transition<PollOutcome> elsewhere = CommandQueue.Poll(stored.State, new QueuePolicy(), cluster.Clock.GetUtcNow());
        await cluster.Database.CommitBehindTheBackAsync(new QueueCommit { SourceNo = stored.SourceNo, Commands = elsewhere.Changes });

        Assert.Equal(ReportReplyStatus.Ended, await queue.ReportAsync(BrokerCluster.Report("START", seq: byNumber ? seq : null)));
        Assert.Equal(CommandState.Succeeded, (await queue.ShowAsync(seq))!.State);
    }

    [Fact]
    public async Task An_unreadable_row_fails_its_source_server_and_no_other()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        ISourceServerGrain other = await cluster.NewQueueAsync();
        cluster.Database.Unreadable.Add(queue.GetPrimaryKeyString());

        BrokerException refused = await Assert.ThrowsAsync<BrokerException>(() => queue.PollAsync().AsTask());
        Assert.Equal((BrokerErrorReason.Quarantined, false), (refused.Reason, refused.IsTransient));
        Assert.Equal(PollStatus.Idle, (await other.PollAsync()).Status);

        cluster.Database.Unreadable.Clear();
        Assert.Equal(PollStatus.Idle, (await queue.PollAsync()).Status);
    }

    [Fact]
    public async Task Settings_of_its_own_apply_at_once_and_can_be_taken_back()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        var settings = new SourceServerSettings { DeliveryMode = DeliveryMode.Sequential, VisibilityTimeout = TimeSpan.FromMinutes(1) };
        await queue.ConfigureAsync(settings);
        await BrokerCluster.EnqueueAsync(queue, "START");
        await BrokerCluster.EnqueueAsync(queue, "STOP");

        PollReply first = await queue.PollAsync();
        CommandView shown = (await queue.ShowAsync(first.Seq))!;
        PollReply repeat = await queue.PollAsync();
        Assert.Equal(shown.DeliveredAt, (await queue.ShowAsync(first.Seq))!.DeliveredAt);
        Assert.Equal(settings, await queue.ReadSettingsAsync());
        Assert.Equal((TimeSpan.FromMinutes(1), false), (first.LeaseRemaining, first.IsRepeat));
        Assert.Equal((first.Seq, 1, true), (repeat.Seq, repeat.DeliveryCount, repeat.IsRepeat));

        await queue.ConfigureAsync(new SourceServerSettings());
        Assert.Equal("STOP", (await queue.PollAsync()).Name);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_001)]
    public async Task Settings_outside_their_bounds_are_refused(int maxDeliveries)
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();

        BrokerException refused = await Assert.ThrowsAsync<BrokerException>(
            () => queue.ConfigureAsync(new SourceServerSettings { MaxDeliveries = maxDeliveries }).AsTask());
        Assert.Equal($"max_deliveries is {maxDeliveries}; 1 to 1000 are allowed.", refused.Message);
    }

    [Fact]
    public async Task A_source_server_with_open_commands_cannot_be_deleted()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        long seq = await BrokerCluster.EnqueueAsync(queue, "START");

        BrokerException refused = await Assert.ThrowsAsync<BrokerException>(() => queue.DeleteAsync().AsTask());
        Assert.Equal(BrokerErrorReason.CommandsOutstanding, refused.Reason);

        await queue.CancelAsync(seq, "operator", "no longer wanted");
        await queue.DeleteAsync();
        Assert.Equal(PollStatus.UnknownSourceServer, (await queue.PollAsync()).Status);
        Assert.False(await cluster.Directory.ExistsAsync(queue.GetPrimaryKeyString()));
    }

    [Fact]
    public async Task Numbers_go_on_when_a_deleted_source_server_is_registered_again()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        long seq = await BrokerCluster.EnqueueAsync(queue, "START");
        await queue.CancelAsync(seq, "operator", null);
        await queue.DeleteAsync();

        await cluster.Directory.RegisterAsync(new RegisterCall { ServerId = queue.GetPrimaryKeyString(), Name = "again", OsType = "LINUX" });
        Assert.Equal(seq + 1, await BrokerCluster.EnqueueAsync(queue, "START"));
    }

    [Fact]
    public async Task A_queue_is_idle_for_its_process_until_something_is_enqueued()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        string id = queue.GetPrimaryKeyString();
        Assert.False(cluster.LocalQueues.IsIdle(id));

        await queue.PollAsync();
        await queue.PollAsync();
        Assert.True(cluster.LocalQueues.IsIdle(id));

        await BrokerCluster.EnqueueAsync(queue, "START");
        Assert.False(cluster.LocalQueues.IsIdle(id));
    }

    [Fact]
    public async Task An_idle_queue_is_asked_again_once_its_visit_is_to_be_noted()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        await queue.PollAsync();
        await queue.PollAsync();

        cluster.Clock.Advance(TimeSpan.FromSeconds(31));

        Assert.False(cluster.LocalQueues.IsIdle(queue.GetPrimaryKeyString()));
    }

    [Fact]
    public async Task A_poll_is_noted_and_shown_as_the_last_visit()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        string id = queue.GetPrimaryKeyString();
        Assert.Null((await cluster.Directory.ShowAsync(id))!.LastVisitAt);

        await queue.PollAsync();
        SourceServerView visited = (await cluster.Directory.ShowAsync(id))!;
        Assert.Equal((cluster.Clock.GetUtcNow(), true), (visited.LastVisitAt!.Value, visited.Connected));

        cluster.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.False((await cluster.Directory.ShowAsync(id))!.Connected);
    }

    [Fact]
    public async Task History_is_paged_from_the_newest_and_stray_reports_stand_on_its_first_page()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        Assert.Equal(ReportReplyStatus.KeptAsStray, await queue.ReportAsync(BrokerCluster.Report("START")));
        for (int i = 0; i < 3; i++)
        {
            long seq = await BrokerCluster.EnqueueAsync(queue, "SYNC");
            await queue.CancelAsync(seq, "operator", null);
        }

        HistoryPage first = await queue.ReadHistoryAsync(before: null, 2);
        HistoryPage second = await queue.ReadHistoryAsync(first.NextBefore, 2);

        Assert.Equal([3, 2], first.Commands.Select(command => command.Seq));
        Assert.Equal(StrayReason.Unsolicited, Assert.Single(first.StrayReports).Reason);
        Assert.Equal([1], second.Commands.Select(command => command.Seq));
        Assert.Empty(second.StrayReports);
        Assert.Null(second.NextBefore);
    }

    [Fact]
    public async Task A_full_history_refuses_enqueues_until_retention_has_made_room()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        for (int i = 0; i < 50; i++)
        {
            await queue.CancelAsync(await BrokerCluster.EnqueueAsync(queue, "SYNC"), "operator", null);
        }

        EnqueueReply refused = (await queue.EnqueueAsync([BrokerCluster.Call("SYNC")], "operator"))[0];
        Assert.Equal(BrokerErrorReason.HistoryFull, refused.Error);

        cluster.Clock.Advance(TimeSpan.FromDays(1));
        await cluster.Database.PurgeAsync(cluster.Clock.GetUtcNow(), 1_000);
        Assert.Equal(51, await BrokerCluster.EnqueueAsync(queue, "SYNC"));
    }
}
