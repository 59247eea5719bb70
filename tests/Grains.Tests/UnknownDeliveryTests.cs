using CommandBroker.Contracts;
using CommandBroker.Core;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>A poll whose commit failed for its agent and was carried out all the same, at once or later.</summary>
public sealed class UnknownDeliveryTests : IAsyncLifetime
{
    private readonly BrokerCluster _cluster = new();

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
}
