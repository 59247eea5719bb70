using System.Collections.Immutable;
using CommandBroker.Contracts;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>A retry of what was acknowledged is answered as the first call was, whatever filled up meanwhile.</summary>
public sealed class FullQueueTests(BrokerCluster cluster) : IClassFixture<BrokerCluster>
{
    [Fact]
    public async Task A_full_queue_knows_the_key_of_a_command_that_has_ended()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        long seq = await EndOneAsync(queue);
        for (int i = 0; i < 5; i++)
        {
            await BrokerCluster.EnqueueAsync(queue, "SYNC");
        }

        await AssertKeyIsKnownAsync(queue, seq, BrokerErrorReason.QueueFull);
    }

    [Fact]
    public async Task A_full_history_knows_the_key_of_a_command_that_has_ended()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        long seq = await EndOneAsync(queue);
        for (int i = 0; i < 49; i++)
        {
            await queue.CancelAsync(await BrokerCluster.EnqueueAsync(queue, "SYNC"), "operator", null);
        }

        await AssertKeyIsKnownAsync(queue, seq, BrokerErrorReason.HistoryFull);
    }

    [Fact]
    public async Task A_full_history_is_read_again_once_for_all_commands_of_a_batch()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        for (int i = 0; i < 50; i++)
        {
            await queue.CancelAsync(await BrokerCluster.EnqueueAsync(queue, "SYNC"), "operator", null);
        }

        int before = cluster.Database.LoadCount;
        ImmutableArray<EnqueueReply> batch = await queue.EnqueueAsync([.. Enumerable.Repeat(BrokerCluster.Call("START"), 100)], "operator");

        Assert.All(batch, reply => Assert.Equal(BrokerErrorReason.HistoryFull, reply.Error));
        Assert.Equal(1, cluster.Database.LoadCount - before);
    }

    private static async Task<long> EndOneAsync(ISourceServerGrain queue)
    {
        long seq = await BrokerCluster.EnqueueAsync(queue, "START", key: "k-1");
        await queue.PollAsync();
        await queue.ReportAsync(BrokerCluster.Report("START"));
        return seq;
    }

    private static async Task AssertKeyIsKnownAsync(ISourceServerGrain queue, long seq, BrokerErrorReason full)
    {
        EnqueueReply alone = (await queue.EnqueueAsync([BrokerCluster.Call("START", key: "k-1")], "operator"))[0];
        ImmutableArray<EnqueueReply> batch = await queue.EnqueueAsync(
            [
                BrokerCluster.Call("START", key: "k-1"),
                BrokerCluster.Call("STOP", key: "k-1"),
                BrokerCluster.Call("START", key: "k-2"),
                BrokerCluster.Call("START"),
            ],
            "operator");

        Assert.Equal((seq, true, null), (alone.Seq, alone.WasThere, alone.Error));
        Assert.Equal((seq, true, null), (batch[0].Seq, batch[0].WasThere, batch[0].Error));
        Assert.Equal([BrokerErrorReason.KeyConflict, full, full], batch.Skip(1).Select(reply => reply.Error));
    }
}
