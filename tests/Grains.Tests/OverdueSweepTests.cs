using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>What time has ended is settled although nobody calls.</summary>
public sealed class OverdueSweepTests(BrokerCluster cluster) : IClassFixture<BrokerCluster>
{
    [Fact]
    public async Task What_nobody_calls_is_settled_a_few_source_servers_at_a_time()
    {
        ISourceServerGrain[] queues = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => cluster.NewQueueAsync()));
        foreach (ISourceServerGrain queue in queues)
        {
            await BrokerCluster.EnqueueAsync(queue, "START");
            await queue.EnqueueAsync([BrokerCluster.Call("STOP") with { TimeToLive = TimeSpan.FromSeconds(10) }], "operator");
            for (int delivery = 1; delivery <= 3; delivery++)
            {
                await queue.PollAsync();
                cluster.Clock.Advance(TimeSpan.FromMinutes(5));
            }

            await cluster.EndIdleAsync(queue);
        }

        Assert.Equal(0, await EndedCountAsync());
        await StepAsync();
        Assert.Equal(3, await EndedCountAsync());
        await StepAsync();
        Assert.Equal(5, await EndedCountAsync());
        Assert.Empty((await cluster.Database.Commands.FindOverdueAsync(0, cluster.Clock.GetUtcNow(), 100)).Keys);

        async Task<int> EndedCountAsync()
        {
            int count = 0;
            foreach (ISourceServerGrain queue in queues)
            {
                StoredQueue stored = (await cluster.Database.Commands.LoadAsync(SourceServerKey.Parse(queue.GetPrimaryKeyString())))!;
                count += await cluster.Database.Commands.FindAsync(stored.SourceNo, 1) is { State: CommandState.DeadLettered } ? 1 : 0;
            }

            return count;
        }
    }

    private async Task StepAsync()
    {
        cluster.Clock.Advance(TimeSpan.FromHours(13));
        await cluster.Sweep.StepAsync();
    }
}
