using CommandBroker.Contracts;
using CommandBroker.Core;
using Orleans.Runtime;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>A queue that is asked to come to another silo.</summary>
public sealed class MovingQueueTests : IAsyncLifetime
{
    private static readonly TimeSpan Stay = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly BrokerCluster _cluster = new() { SiloCount = 2 };

    public Task InitializeAsync() => _cluster.InitializeAsync();

    public Task DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task It_goes_on_there_with_what_it_had_handed_out()
    {
        ISourceServerGrain queue = await NewQueueAsync();
        await BrokerCluster.EnqueueAsync(queue, "START");
        await BrokerCluster.EnqueueAsync(queue, "STOP");
        Assert.Equal("START", (await queue.PollAsync()).Name);
        SiloAddress other = await OtherThanAsync(queue);

        Assert.True(await ComeAsync(queue, other, TimeSpan.Zero));

        await UntilAsync(async () => Equals(await _cluster.WhereAsync(queue), other));
        Assert.Equal(ReportReplyStatus.Ended, await queue.ReportAsync(BrokerCluster.Report("START")));
        Assert.Equal("STOP", (await queue.PollAsync()).Name);
        Assert.Equal(other, await _cluster.WhereAsync(queue));
    }

    [Fact]
    public async Task Calls_meanwhile_are_answered_as_ever()
    {
        ISourceServerGrain queue = await NewQueueAsync();
        SiloAddress first = (await _cluster.WhereAsync(queue))!;
        SiloAddress second = await OtherThanAsync(queue);
        int moveCount = 0;
        for (int number = 1; number <= 20; number++)
        {
            Task<bool> asked = ComeAsync(queue, number % 2 == 0 ? first : second, TimeSpan.Zero);
            Assert.Equal(number, await BrokerCluster.EnqueueAsync(queue, "START"));
            Assert.Equal("START", (await queue.PollAsync()).Name);
            Assert.Equal(ReportReplyStatus.Ended, await queue.ReportAsync(BrokerCluster.Report("START")));
            moveCount += await asked ? 1 : 0;
        }

        Assert.NotEqual(0, moveCount);
    }

    [Fact]
    public async Task It_stays_where_it_was_made_for_as_long_as_it_is_told()
    {
        ISourceServerGrain queue = await NewQueueAsync();
        SiloAddress first = (await _cluster.WhereAsync(queue))!;
        SiloAddress other = await OtherThanAsync(queue);

        _cluster.Clock.Advance(Stay - TimeSpan.FromSeconds(1));
        for (int call = 0; call < 10; call++)
        {
            Assert.False(await ComeAsync(queue, other, Stay));
            await queue.PollAsync();
            Assert.Equal(first, await _cluster.WhereAsync(queue));
        }

        _cluster.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await ComeAsync(queue, other, Stay));
        await UntilAsync(async () => Equals(await _cluster.WhereAsync(queue), other));
    }

    [Fact]
    public async Task It_stays_where_it_is_when_its_calls_come_in_there()
    {
        ISourceServerGrain queue = await NewQueueAsync();
        SiloAddress here = (await _cluster.WhereAsync(queue))!;
        for (int call = 0; call < 10; call++)
        {
            Assert.False(await ComeAsync(queue, here, TimeSpan.Zero));
            await queue.PollAsync();
            Assert.Equal(here, await _cluster.WhereAsync(queue));
        }
    }

    [Fact]
    public async Task What_was_in_no_silo_is_in_none_afterwards()
    {
        ISourceServerGrain queue = _cluster.Queue("never-registered");

        await ComeAsync(queue, _cluster.Silos.First(), TimeSpan.Zero);

        await UntilAsync(async () => await _cluster.WhereAsync(queue) is null);
    }

    private async Task<ISourceServerGrain> NewQueueAsync()
    {
        ISourceServerGrain queue = await _cluster.NewQueueAsync();
        Assert.Equal(PollStatus.Idle, (await queue.PollAsync()).Status);
        return queue;
    }

    private Task<bool> ComeAsync(ISourceServerGrain queue, SiloAddress silo, TimeSpan stay) => _cluster.Movable(queue).ComeAsync(silo, stay).AsTask();

    private async Task<SiloAddress> OtherThanAsync(ISourceServerGrain queue)
    {
        SiloAddress? here = await _cluster.WhereAsync(queue);
        return _cluster.Silos.Single(silo => !silo.Equals(here));
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!await isSo())
        {
            await Task.Delay(20, deadline.Token);
        }
    }
}
