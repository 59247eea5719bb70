using System.Collections.Immutable;
using CommandBroker.Contracts;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>A batch that is sent again when its commands have ended.</summary>
public sealed class RepeatedBatchTests : IAsyncLifetime
{
    private readonly BrokerCluster _cluster = new();

    public Task InitializeAsync() => _cluster.InitializeAsync();

    public Task DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task It_is_answered_as_before_without_a_look_for_each_of_its_commands()
    {
        ISourceServerGrain queue = await _cluster.NewQueueAsync();
        ImmutableArray<EnqueueCall> batch = [.. Enumerable.Range(1, 5).Select(number => BrokerCluster.Call("START") with { IdempotencyKey = $"k-{number}" })];
        ImmutableArray<EnqueueReply> first = await queue.EnqueueAsync(batch, "operator");
        for (int i = 0; i < 4; i++)
        {
            PollReply handed = await queue.PollAsync();
            await queue.ReportAsync(BrokerCluster.Report("START") with { Seq = handed.Seq });
        }

        (int loadCount, int keyReadCount) = (_cluster.Database.LoadCount, _cluster.Database.KeyReadCount);
        ImmutableArray<EnqueueReply> again = await queue.EnqueueAsync([.. batch, .. Enumerable.Range(1, 5).Select(number => BrokerCluster.Call("START") with { IdempotencyKey = $"new-{number}" })], "operator");

        Assert.Equal([.. first.Select(reply => reply.Seq), 6, 7, 8, 9, 0], again.Select(reply => reply.Seq));
        Assert.Equal(Enumerable.Repeat(true, 5), again.Take(5).Select(reply => reply.WasThere));
        Assert.Equal(BrokerErrorReason.QueueFull, again[^1].Error);
        Assert.Equal((loadCount, keyReadCount + 1), (_cluster.Database.LoadCount, _cluster.Database.KeyReadCount));
    }
}
