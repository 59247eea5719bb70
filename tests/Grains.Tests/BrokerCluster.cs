using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Identity.Secrets;
using CommandBroker.Storage;
using CommandBroker.Storage.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.TestingHost;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>A cluster on the memory store, with a clock that the test moves.</summary>
public sealed class BrokerCluster : IAsyncLifetime
{
    private InProcessTestCluster _cluster = null!;

    public int SiloCount { get; init; } = 1;

    public int MaxHistoryCount { get; init; } = 50;

    /// <summary>By itself never: the clock's leaps would wake queues in the middle of other tests.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromDays(1);

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public FaultyDatabase Database { get; } = new();

    public FaultyGrainStorage GrainStates { get; } = new();

    public ILocalQueues LocalQueues => _cluster.Silos[0].ServiceProvider.GetRequiredService<ILocalQueues>();

    internal PendingQuotas Quotas => _cluster.Silos[0].ServiceProvider.GetRequiredService<PendingQuotas>();

    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder((short)SiloCount);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.Configure<QueueOptions>(options =>
            {
                options.MaxPendingCount = 5;
                options.MaxDeliveries = 3;
                options.MaxHistoryCount = MaxHistoryCount;
                options.SweepInterval = SweepInterval;
                options.SweepCount = 3;
            });
            silo.Services.Configure<IdentityOptions>(options => options.MasterKey = MasterKey.Create());
            silo.Services.AddSingleton<IBrokerDatabase>(Database);
            silo.AddBrokerGrains(StorageProvider.Memory);
            silo.Services.AddKeyedSingleton<IGrainStorage>(GrainStorage.Provider, GrainStates);
            silo.Services.AddSingleton<TimeProvider>(Clock);
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public Task DisposeAsync() => _cluster.DisposeAsync().AsTask();

    public ISourceDirectoryGrain Directory => _cluster.Client.GetGrain<ISourceDirectoryGrain>(0);

    public IEnumerable<SiloAddress> Silos => _cluster.Silos.Select(silo => silo.SiloAddress);

    /// <summary>The silo where a queue lives; null when it lives in none.</summary>
    public async Task<SiloAddress?> WhereAsync(ISourceServerGrain queue) => await _cluster.Client.GetGrain<IManagementGrain>(0).GetActivationAddress(queue);

    public IMovableQueue Movable(ISourceServerGrain queue) => _cluster.Client.GetGrain<IMovableQueue>(queue.GetGrainId());

    public IOverdueSweepGrain Sweep => _cluster.Client.GetGrain<IOverdueSweepGrain>(0);

    public ISourceServerGrain Queue(string serverId) => _cluster.Client.GetGrain<ISourceServerGrain>(serverId);

    internal ISourceServerSettingsGrain Settings(string key) => _cluster.Client.GetGrain<ISourceServerSettingsGrain>(key);

    public async Task<ISourceServerGrain> NewQueueAsync()
    {
        string id = await Directory.RegisterAsync(new RegisterCall { Name = "test", OsType = "LINUX" });
        return Queue(id);
    }

    /// <summary>Ends the activation of a queue as Orleans ends those that nobody called for a while.</summary>
    public async Task EndIdleAsync(ISourceServerGrain queue)
    {
        IManagementGrain management = _cluster.Client.GetGrain<IManagementGrain>(0);
        await management.ForceActivationCollection(TimeSpan.Zero);
        Assert.Null(await management.GetActivationAddress(queue));
    }

    public static async Task<long> EnqueueAsync(ISourceServerGrain queue, string name, string? task = null, string? key = null)
    {
        EnqueueReply reply = (await queue.EnqueueAsync([Call(name, task, key)], "operator"))[0];
        Assert.Null(reply.Error);
        return reply.Seq;
    }

    /// <summary>A project of the default domain.</summary>
    public static StoredProject Project(string id) => new()
    {
        ProjectId = id,
        DomainId = Contracts.Identity.DefaultTenant.DomainId,
        Name = id,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    public static EnqueueCall Call(string name, string? task = null, string? key = null) => new()
    {
        Name = name,
        Param = task is null ? "{}" : $$"""{"task_id":"{{task}}"}""",
        IdempotencyKey = key,
    };

    public static ReportCall Report(string name, ReportResult result = ReportResult.Success, long? seq = null, ulong? tag = null) => new()
    {
        Name = name,
        Tag = tag,
        Result = result,
        ResultDetail = "{}",
        Seq = seq,
        Actor = "agent",
    };
}
