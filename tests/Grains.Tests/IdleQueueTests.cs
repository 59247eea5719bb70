using CommandBroker.Contracts;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>A queue that nobody called for a while leaves memory; what it promised stays.</summary>
public sealed class IdleQueueTests(BrokerCluster cluster) : IClassFixture<BrokerCluster>
{
    [Fact]
    public async Task A_lease_that_runs_out_while_nobody_holds_the_queue_is_offered_again_at_the_next_poll()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        long seq = await BrokerCluster.EnqueueAsync(queue, "START");
        Assert.Equal(1, (await queue.PollAsync()).DeliveryCount);

        await cluster.EndIdleAsync(queue);
        cluster.Clock.Advance(new QueueOptions().VisibilityTimeout);

        PollReply again = await queue.PollAsync();
        Assert.Equal((PollStatus.Delivered, seq, 2), (again.Status, again.Seq, again.DeliveryCount));
    }

    [Fact]
    public async Task A_lease_that_runs_goes_on_and_its_report_ends_the_command()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        long seq = await BrokerCluster.EnqueueAsync(queue, "START");
        await queue.PollAsync();

        await cluster.EndIdleAsync(queue);
        Assert.Equal(PollStatus.Idle, (await queue.PollAsync()).Status);
        await cluster.EndIdleAsync(queue);

        Assert.Equal(ReportReplyStatus.Ended, await queue.ReportAsync(BrokerCluster.Report("START", seq: seq)));
        Assert.Equal(PollStatus.Idle, (await queue.PollAsync()).Status);
    }

    [Fact]
    public async Task What_waits_is_still_there_and_in_order()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        long first = await BrokerCluster.EnqueueAsync(queue, "START");
        long second = await BrokerCluster.EnqueueAsync(queue, "SYNC");

        await cluster.EndIdleAsync(queue);

        Assert.Equal([first, second], [(await queue.PollAsync()).Seq, (await queue.PollAsync()).Seq]);
    }
}
