using System.Collections.Immutable;
using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>A poll whose commit failed for its agent and was carried out all the same, at once or later.</summary>
public sealed class UnknownDeliveryTests : IAsyncLifetime
{
    private readonly BrokerCluster _cluster = new() { MaxHistoryCount = 500 };

    public Task InitializeAsync() => _cluster.InitializeAsync();

    public Task DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task A_command_whose_delivery_no_agent_got_is_due_at_the_next_poll_and_the_delivery_is_not_counted()
    {
        ISourceServerGrain queue = await _cluster.NewQueueAsync();
        await BrokerCluster.EnqueueAsync(queue, "START");
        for (int round = 0; round < 5; round++)
        {
            _cluster.Database.LosesNextAnswer = true;
            await Assert.ThrowsAsync<BrokerException>(async () => await queue.PollAsync());
        }

        PollReply reply = await queue.PollAsync();

        Assert.Equal((PollStatus.Delivered, 1L, 1, false), (reply.Status, reply.Seq, reply.DeliveryCount, reply.IsRepeat));
    }

    [Fact]
    public async Task A_poll_tells_its_gateway_when_its_hand_out_may_be_stored()
    {
        ISourceServerGrain queue = await _cluster.NewQueueAsync();
        _cluster.Database.IsDown = true;
        Assert.False((await Assert.ThrowsAsync<BrokerException>(async () => await queue.PollAsync())).MayHaveHandedOut);

        _cluster.Database.IsDown = false;
        await BrokerCluster.EnqueueAsync(queue, "START");
        _cluster.Database.LosesNextAnswer = true;
        Assert.True((await Assert.ThrowsAsync<BrokerException>(async () => await queue.PollAsync())).MayHaveHandedOut);
    }

    [Fact]
    public async Task Taking_back_a_delivery_reads_no_history_when_it_has_overtaken_nothing()
    {
        ISourceServerGrain queue = await _cluster.NewQueueAsync();
        for (int i = 0; i < 10; i++)
        {
            await queue.EnqueueAsync([BrokerCluster.Call("START", task: "t")], "operator");
            PollReply handed = await queue.PollAsync();
            await queue.ReportAsync(BrokerCluster.Report("START") with { Seq = handed.Seq });
        }

        await queue.EnqueueAsync([BrokerCluster.Call("STOP", task: "t")], "operator");
        PollReply unsent = await queue.PollAsync();
        int readCount = _cluster.Database.HistoryReadCount;
        await queue.ReleaseAsync(ReleaseCall.Of(unsent, mayHaveArrived: false));

        Assert.Equal(readCount, _cluster.Database.HistoryReadCount);
        Assert.Equal((11L, 1), (await queue.PollAsync()) is { } again ? (again.Seq, again.DeliveryCount) : default);
    }

    /// <summary>As after a silo that died between its commit and its answer.</summary>
    [Theory]
    [InlineData(DeliveryMode.Queue)]
    [InlineData(DeliveryMode.Sequential)]
    [InlineData(DeliveryMode.AtMostOnce)]
    public async Task What_a_poll_handed_out_is_taken_back_by_its_number_unless_it_was_written_since(DeliveryMode mode)
    {
        ISourceServerGrain queue = await _cluster.NewQueueAsync();
        await queue.ConfigureAsync(new SourceServerSettings { DeliveryMode = mode }, "operator");
        await BrokerCluster.EnqueueAsync(queue, "START");
        PollToken.Tell(7);
        Assert.Equal(1, (await queue.PollAsync()).Seq);

        await queue.ReleaseAsync(ReleaseCall.OfPoll(8));
        Assert.NotEqual(CommandState.Pending, (await queue.ShowAsync(1))!.State);
        await queue.ReleaseAsync(ReleaseCall.OfPoll(7));
        Assert.Equal((CommandState.Pending, 0), ((await queue.ShowAsync(1))!.State, (await queue.ShowAsync(1))!.DeliveryCount));

        PollToken.Tell(9);
        Assert.Equal((1, 1), ((await queue.PollAsync()) is { } again ? ((int)again.Seq, again.DeliveryCount) : default));
        await queue.ReleaseAsync(ReleaseCall.OfPoll(7));
        Assert.NotEqual(CommandState.Pending, (await queue.ShowAsync(1))!.State);
    }

    [Fact]
    public async Task A_command_that_a_poll_noted_as_overtaken_is_not_what_it_handed_out()
    {
        ISourceServerGrain queue = await _cluster.NewQueueAsync();
        foreach (string name in (string[])["ONE", "TWO", "THREE"])
        {
            await queue.EnqueueAsync([BrokerCluster.Call(name, task: "t")], "operator");
        }

        Assert.Equal(1, (await queue.PollAsync()).Seq);
        Assert.Equal(2, (await queue.PollAsync()).Seq);
        await queue.ReportAsync(BrokerCluster.Report("TWO") with { Seq = 2 });
        PollToken.Tell(7);
        Assert.Equal(3, (await queue.PollAsync()).Seq);

        for (int look = 0; look < 3; look++)
        {
            await queue.ReleaseAsync(ReleaseCall.OfPoll(7));
        }

        Assert.Equal((CommandState.Leased, 1), ((await queue.ShowAsync(1))!.State, (await queue.ShowAsync(1))!.DeliveryCount));
        Assert.Equal((CommandState.Pending, 0), ((await queue.ShowAsync(3))!.State, (await queue.ShowAsync(3))!.DeliveryCount));
    }

    [Fact]
    public async Task What_ended_as_it_was_handed_out_is_taken_back_however_much_ended_while_it_waited()
    {
        ISourceServerGrain queue = await _cluster.NewQueueAsync();
        await queue.ConfigureAsync(new SourceServerSettings { DeliveryMode = DeliveryMode.AtMostOnce }, "operator");
        await queue.EnqueueAsync([BrokerCluster.Call("LAST") with { Priority = 1 }], "operator");
        ImmutableArray<EnqueueReply> added = await queue.EnqueueAsync(
            [.. Enumerable.Range(0, 1_100).Select(_ => BrokerCluster.Call("FIRST") with { Priority = 9 })], "operator");
        for (int taken = 0; taken < added.Count(reply => reply.Error is null); taken++)
        {
            Assert.Equal("FIRST", (await queue.PollAsync()).Name);
        }

        PollToken.Tell(7);
        Assert.Equal("LAST", (await queue.PollAsync()).Name);
        await queue.ReleaseAsync(ReleaseCall.OfPoll(7));

        Assert.Equal(CommandState.Pending, (await queue.ShowAsync(1))!.State);
    }

    /// <summary>A gateway looks again at each poll; the whole history is looked at once.</summary>
    [Fact]
    public async Task What_was_not_there_at_the_first_look_is_looked_for_among_what_was_open_then()
    {
        ISourceServerGrain queue = await _cluster.NewQueueAsync();
        await queue.ConfigureAsync(new SourceServerSettings { DeliveryMode = DeliveryMode.AtMostOnce }, "operator");
        await BrokerCluster.EnqueueAsync(queue, "ONE");
        await BrokerCluster.EnqueueAsync(queue, "TWO");
        Assert.Equal(1, (await queue.PollAsync()).Seq);
        _cluster.Database.HoldsNextCommit = true;
        PollToken.Tell(7);
        await Assert.ThrowsAsync<BrokerException>(async () => await queue.PollAsync());
        PollToken.Tell(8);
        for (int look = 0; look < 3; look++)
        {
            await queue.ReleaseAsync(ReleaseCall.OfPoll(7));
        }

        await _cluster.Database.CommitBehindTheBackAsync(_cluster.Database.Held!);
        await queue.ReleaseAsync(ReleaseCall.OfPoll(7));

        Assert.Equal([0, 2, 2, 2], _cluster.Database.HandedOutReads);
        Assert.Equal(CommandState.Pending, (await queue.ShowAsync(2))!.State);
    }

    /// <summary>Old history is damaged, which what waits and what is leased do not depend on.</summary>
    [Fact]
    public async Task A_damaged_history_keeps_nobody_from_taking_back_a_delivery()
    {
        ISourceServerGrain queue = await _cluster.NewQueueAsync();
        await queue.EnqueueAsync([BrokerCluster.Call("START", task: "t")], "operator");
        PollToken.Tell(7);
        Assert.Equal(1, (await queue.PollAsync()).Seq);
        PollToken.Tell(8);
        _cluster.Database.HasUnreadableHistory = true;

        await queue.ReleaseAsync(ReleaseCall.OfPoll(7));

        Assert.Equal((1, 1), ((await queue.PollAsync()) is { } again ? ((int)again.Seq, again.DeliveryCount) : default));
        _cluster.Database.LosesNextAnswer = true;
        await queue.EnqueueAsync([BrokerCluster.Call("STOP", task: "u")], "operator").AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
        _cluster.Database.LosesNextAnswer = true;
        await Assert.ThrowsAsync<BrokerException>(async () => await queue.PollAsync());
        Assert.Equal((2, 1), ((await queue.PollAsync()) is { } other ? ((int)other.Seq, other.DeliveryCount) : default));
    }

    /// <summary>As of a silo that died with a commit under way: its successor has the queue in memory before that comes.</summary>
    [Fact]
    public async Task What_another_activation_handed_out_later_is_found_by_the_next_look()
    {
        ISourceServerGrain queue = await _cluster.NewQueueAsync();
        await BrokerCluster.EnqueueAsync(queue, "START");
        StoredQueue stored = (await _cluster.Database.LoadAsync(SourceServerKey.Parse(queue.GetPrimaryKeyString())))!;
        Command handed = CommandQueue.Poll(stored.State, new QueuePolicy(), _cluster.Clock.GetUtcNow()).Outcome.Delivered!;
        await queue.ReleaseAsync(ReleaseCall.OfPoll(7));

        await _cluster.Database.CommitBehindTheBackAsync(new QueueCommit { SourceNo = stored.SourceNo, Token = 7, Commands = [handed] });
        await queue.ReleaseAsync(ReleaseCall.OfPoll(7));

        Assert.Equal((CommandState.Pending, 0), ((await queue.ShowAsync(1))!.State, (await queue.ShowAsync(1))!.DeliveryCount));
    }

    [Fact]
    public async Task A_lease_that_was_moved_with_the_clock_is_not_what_the_poll_handed_out()
    {
        ISourceServerGrain queue = await _cluster.NewQueueAsync();
        await queue.EnqueueAsync([BrokerCluster.Call("LATER") with { Priority = 1 }, BrokerCluster.Call("FIRST") with { Priority = 9 }], "operator");
        Assert.Equal(2, (await queue.PollAsync()).Seq);
        _cluster.Clock.AdjustTime(_cluster.Clock.GetUtcNow() - TimeSpan.FromMinutes(1));
        PollToken.Tell(7);
        Assert.Equal(1, (await queue.PollAsync()).Seq);

        await queue.ReleaseAsync(ReleaseCall.OfPoll(7));

        Assert.Equal(CommandState.Leased, (await queue.ShowAsync(2))!.State);
    }

    [Fact]
    public async Task A_delivery_that_is_carried_out_after_its_queue_was_read_again_is_taken_back_too()
    {
        ISourceServerGrain queue = await _cluster.NewQueueAsync();
        await BrokerCluster.EnqueueAsync(queue, "START");
        _cluster.Database.HoldsNextCommit = true;
        await Assert.ThrowsAsync<BrokerException>(async () => await queue.PollAsync());
        Assert.Equal(CommandState.Pending, (await queue.ShowAsync(1))!.State);
        await _cluster.Database.CommitBehindTheBackAsync(_cluster.Database.Held!);

        PollReply reply = await queue.PollAsync();

        Assert.Equal((PollStatus.Delivered, 1L, 1, false), (reply.Status, reply.Seq, reply.DeliveryCount, reply.IsRepeat));
    }

    /// <summary>As when polls come in at another silo than the one where the queue is.</summary>
    [Theory]
    [InlineData(DeliveryMode.Queue)]
    [InlineData(DeliveryMode.AtMostOnce)]
    public async Task A_queue_stays_where_it_is_known_that_a_delivery_may_have_been_carried_out(DeliveryMode mode)
    {
        ISourceServerGrain queue = await _cluster.NewQueueAsync();
        await BrokerCluster.EnqueueAsync(queue, "START");
        await queue.ConfigureAsync(new SourceServerSettings { DeliveryMode = mode });
        _cluster.Database.LosesNextAnswer = true;
        await Assert.ThrowsAsync<BrokerException>(async () => await queue.PollAsync());

        Assert.False(await _cluster.Movable(queue).ComeAsync(_cluster.Silos.First(), TimeSpan.Zero));
        PollReply reply = await queue.PollAsync();

        Assert.Equal((PollStatus.Delivered, 1L, 1), (reply.Status, reply.Seq, reply.DeliveryCount));
    }

    [Fact]
    public async Task What_ended_only_because_of_a_delivery_that_no_agent_got_waits_again()
    {
        ISourceServerGrain queue = await NewQueueWithLapsedDeliveryAsync();
        await queue.EnqueueAsync([BrokerCluster.Call("STOP", task: "t") with { Priority = 10 }], "operator");
        _cluster.Database.LosesNextAnswer = true;
        await Assert.ThrowsAsync<BrokerException>(async () => await queue.PollAsync());

        await queue.CancelAsync(2, "operator", null);
        PollReply reply = await queue.PollAsync();

        Assert.Equal((PollStatus.Delivered, 1L, 2), (reply.Status, reply.Seq, reply.DeliveryCount));
    }

    /// <summary>What was overtaken may be further back than what a report looks at.</summary>
    [Fact]
    public async Task What_ended_only_because_of_a_delivery_that_was_not_sent_waits_again_however_much_has_ended_since()
    {
        ISourceServerGrain queue = await NewQueueWithLapsedDeliveryAsync();
        for (int number = 0; number < CommandQueue.ReportHistoryCount + 1; number++)
        {
            await queue.CancelAsync(await BrokerCluster.EnqueueAsync(queue, "SYNC"), "operator", null);
        }

        await queue.EnqueueAsync([BrokerCluster.Call("STOP", task: "t") with { Priority = 10 }], "operator");
        PollReply unsent = await queue.PollAsync();
        Assert.Equal(CommandState.Superseded, (await queue.ShowAsync(1))!.State);
        await queue.ReleaseAsync(ReleaseCall.Of(unsent, mayHaveArrived: false));

        Assert.Equal(CommandState.Pending, (await queue.ShowAsync(1))!.State);
    }

    [Fact]
    public async Task A_delivery_that_another_one_has_made_impossible_takes_nothing_back()
    {
        ISourceServerGrain queue = await _cluster.NewQueueAsync();
        await BrokerCluster.EnqueueAsync(queue, "START");
        _cluster.Database.HoldsNextCommit = true;
        await Assert.ThrowsAsync<BrokerException>(async () => await queue.PollAsync());
        await queue.PollAsync();
        await _cluster.Database.CommitBehindTheBackAsync(_cluster.Database.Held!);
        _cluster.Database.LosesNextAnswer = true;
        await Assert.ThrowsAsync<BrokerException>(async () => await BrokerCluster.EnqueueAsync(queue, "STOP"));

        Assert.Equal(CommandState.Leased, (await queue.ShowAsync(1))!.State);
        Assert.Equal(ReportReplyStatus.Ended, await queue.ReportAsync(BrokerCluster.Report("START", seq: 1)));
    }

    private async Task<ISourceServerGrain> NewQueueWithLapsedDeliveryAsync()
    {
        ISourceServerGrain queue = await _cluster.NewQueueAsync();
        await BrokerCluster.EnqueueAsync(queue, "START", task: "t");
        Assert.Equal(1, (await queue.PollAsync()).Seq);
        _cluster.Clock.Advance(TimeSpan.FromHours(1));
        return queue;
    }
}
