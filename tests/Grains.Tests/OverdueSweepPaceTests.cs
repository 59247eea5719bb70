using CommandBroker.Contracts;
using Xunit;

namespace CommandBroker.Grains.Tests;

public sealed class OverdueSweepPaceTests(BrokerCluster cluster) : IClassFixture<BrokerCluster>
{
    [Fact]
    public async Task A_step_that_comes_too_soon_is_passed_over()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        await cluster.Sweep.StepAsync();
        await BrokerCluster.EnqueueAsync(queue, "START");
        await queue.PollAsync();
        cluster.Clock.Advance(TimeSpan.FromMinutes(5));

        await cluster.Sweep.StepAsync();

        Assert.NotEmpty((await cluster.Database.Commands.FindOverdueAsync(0, cluster.Clock.GetUtcNow(), 100)).Keys);
    }
}
