using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Identity.Secrets;
using CommandBroker.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using Orleans.TestingHost;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>A queue that is asked to come to another silo.</summary>
public sealed class MovingQueueTests : IAsyncLifetime
{
    private static readonly TimeSpan Stay = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly FaultyDatabase _database = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private InProcessTestCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(2);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.Configure<IdentityOptions>(options => options.MasterKey = MasterKey.Create());
            silo.Services.AddSingleton<IBrokerDatabase>(_database);
            silo.AddBrokerGrains(StorageProvider.Memory);
            silo.Services.AddSingleton<TimeProvider>(_clock);
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public Task DisposeAsync() => _cluster.DisposeAsync().AsTask();

    [Fact]
    public async Task It_goes_on_there_with_what_it_had_handed_out()
    {
        ISourceServerGrain queue = await NewQueueAsync();
        await BrokerCluster.EnqueueAsync(queue, "START");
        await BrokerCluster.EnqueueAsync(queue, "STOP");
        Assert.Equal("START", (await queue.PollAsync()).Name);
        SiloAddress other = await OtherThanAsync(queue);

        Assert.True(await ComeAsync(queue, other, TimeSpan.Zero));

        await UntilAsync(async () => Equals(await WhereAsync(queue), other));
        Assert.Equal(ReportReplyStatus.Ended, await queue.ReportAsync(BrokerCluster.Report("START")));
        Assert.Equal("STOP", (await queue.PollAsync()).Name);
        Assert.Equal(other, await WhereAsync(queue));
    }

    [Fact]
    public async Task Calls_meanwhile_are_answered_as_ever()
    {
        ISourceServerGrain queue = await NewQueueAsync();
        SiloAddress first = (await WhereAsync(queue))!;
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
        SiloAddress first = (await WhereAsync(queue))!;
        SiloAddress other = await OtherThanAsync(queue);

        _clock.Advance(Stay - TimeSpan.FromSeconds(1));
        for (int call = 0; call < 10; call++)
        {
            Assert.False(await ComeAsync(queue, other, Stay));
            await queue.PollAsync();
            Assert.Equal(first, await WhereAsync(queue));
        }

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await ComeAsync(queue, other, Stay));
        await UntilAsync(async () => Equals(await WhereAsync(queue), other));
    }

    [Fact]
    public async Task It_stays_where_it_is_when_its_calls_come_in_there()
    {
        ISourceServerGrain queue = await NewQueueAsync();
        SiloAddress here = (await WhereAsync(queue))!;
        for (int call = 0; call < 10; call++)
        {
            Assert.False(await ComeAsync(queue, here, TimeSpan.Zero));
            await queue.PollAsync();
            Assert.Equal(here, await WhereAsync(queue));
        }
    }

    [Fact]
    public async Task What_was_in_no_silo_is_in_none_afterwards()
    {
        ISourceServerGrain queue = _cluster.Client.GetGrain<ISourceServerGrain>("never-registered");

        await ComeAsync(queue, _cluster.Silos[0].SiloAddress, TimeSpan.Zero);

        await UntilAsync(async () => await WhereAsync(queue) is null);
    }

    private async Task<ISourceServerGrain> NewQueueAsync()
    {
        string id = await _cluster.Client.GetGrain<ISourceDirectoryGrain>(0).RegisterAsync(new RegisterCall { Name = "test", OsType = "LINUX" });
        ISourceServerGrain queue = _cluster.Client.GetGrain<ISourceServerGrain>(id);
        Assert.Equal(PollStatus.Idle, (await queue.PollAsync()).Status);
        return queue;
    }

    private Task<bool> ComeAsync(ISourceServerGrain queue, SiloAddress silo, TimeSpan stay) =>
        _cluster.Client.GetGrain<IMovableQueue>(queue.GetGrainId()).ComeAsync(silo, stay).AsTask();

    private async Task<SiloAddress?> WhereAsync(ISourceServerGrain queue) =>
        await _cluster.Client.GetGrain<IManagementGrain>(0).GetActivationAddress(queue);

    private async Task<SiloAddress> OtherThanAsync(ISourceServerGrain queue)
    {
        SiloAddress? here = await WhereAsync(queue);
        return _cluster.Silos.Select(silo => silo.SiloAddress).Single(silo => !silo.Equals(here));
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
