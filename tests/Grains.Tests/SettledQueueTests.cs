using CommandBroker.Contracts;
using CommandBroker.Core;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>Whoever looks at a queue, or changes it, meets it as of now: nothing waits for a poll of an agent that is gone.</summary>
public sealed class SettledQueueTests(BrokerCluster cluster) : IClassFixture<BrokerCluster>
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_command_whose_time_to_live_is_over_is_shown_as_expired()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        long seq = await EnqueueExpiringAsync(queue);
        cluster.Clock.Advance(TimeToLive);

        CommandView shown = (await queue.ShowAsync(seq))!;

        Assert.Equal(CommandState.Expired, shown.State);
        await AssertStoredAsync(queue, shown);
    }

    [Fact]
    public async Task The_list_holds_no_command_whose_time_to_live_is_over()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        await EnqueueExpiringAsync(queue);
        cluster.Clock.Advance(TimeToLive);

        QueueView view = await queue.ListAsync();

        Assert.Empty(view.Commands);
        Assert.Equal((0, 1L), (view.PendingCount, view.HistoryCount));
    }

    [Fact]
    public async Task The_history_holds_what_has_ended_by_itself()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        await EnqueueExpiringAsync(queue);
        cluster.Clock.Advance(TimeToLive);

        Assert.Equal(CommandState.Expired, Assert.Single((await queue.ReadHistoryAsync(null, 10)).Commands).State);
    }

    [Fact]
    public async Task Expired_commands_take_no_place_in_a_full_queue()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        for (int i = 0; i < 5; i++)
        {
            await EnqueueExpiringAsync(queue);
        }

        cluster.Clock.Advance(TimeToLive);

        Assert.Null((await queue.EnqueueAsync([BrokerCluster.Call("START")], "operator"))[0].Error);
        Assert.All(await queue.EnqueueAsync([BrokerCluster.Call("START"), BrokerCluster.Call("STOP")], "operator"), reply => Assert.Null(reply.Error));
        Assert.Equal(3, (await queue.ListAsync()).PendingCount);
    }

    [Fact]
    public async Task Expired_commands_do_not_hinder_the_deletion_of_their_source_server()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        await EnqueueExpiringAsync(queue);
        cluster.Clock.Advance(TimeToLive);

        await queue.DeleteAsync("operator");

        Assert.Equal(PollStatus.UnknownSourceServer, (await queue.PollAsync()).Status);
    }

    [Fact]
    public async Task An_expired_command_cannot_be_cancelled()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        long seq = await EnqueueExpiringAsync(queue);
        cluster.Clock.Advance(TimeToLive);

        BrokerException refused = await Assert.ThrowsAsync<BrokerException>(() => queue.CancelAsync(seq, "operator", null).AsTask());

        Assert.Equal(BrokerErrorReason.WrongState, refused.Reason);
        Assert.Equal(CommandState.Expired, (await queue.ShowAsync(seq))!.State);
    }

    [Fact]
    public async Task A_lease_that_ran_out_is_shown_as_a_command_that_waits()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        long seq = await BrokerCluster.EnqueueAsync(queue, "START");
        await queue.PollAsync();
        cluster.Clock.Advance(TimeSpan.FromMinutes(5));

        CommandView shown = (await queue.ShowAsync(seq))!;

        Assert.Equal((CommandState.Pending, 1, "for a poll"), (shown.State, shown.DeliveryCount, shown.WaitsFor));
        await AssertStoredAsync(queue, shown);
    }

    [Fact]
    public async Task The_last_lease_that_ran_out_is_a_dead_letter_and_is_redriven_without_a_poll()
    {
        ISourceServerGrain shown = await UsedUpAsync();
        ISourceServerGrain redriven = await UsedUpAsync();

        Assert.Equal(CommandState.DeadLettered, (await shown.ShowAsync(1))!.State);
        Assert.Equal((CommandState.Pending, 1), ((await redriven.RedriveAsync(1, "operator")) is { } view ? (view.State, view.RedriveCount) : default));
    }

    private static async Task<long> EnqueueExpiringAsync(ISourceServerGrain queue) =>
        (await queue.EnqueueAsync([BrokerCluster.Call("START") with { TimeToLive = TimeToLive }], "operator"))[0].Seq;

    /// <summary>A queue whose one command was delivered as often as allowed, to an agent that is gone.</summary>
    private async Task<ISourceServerGrain> UsedUpAsync()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        await BrokerCluster.EnqueueAsync(queue, "START");
        for (int delivery = 1; delivery <= 3; delivery++)
        {
            await queue.PollAsync();
            cluster.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        return queue;
    }

    /// <summary>What was answered stands in the store: an activation that reads it anew answers the same.</summary>
    private async Task AssertStoredAsync(ISourceServerGrain queue, CommandView shown)
    {
        await cluster.EndIdleAsync(queue);
        Assert.Equal(shown, await queue.ShowAsync(shown.Seq));
    }
}
