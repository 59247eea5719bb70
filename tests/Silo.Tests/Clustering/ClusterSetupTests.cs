using CommandBroker.Silo.Clustering;
using CommandBroker.Silo.Clustering.Reach;
using CommandBroker.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.GrainDirectory;
using Xunit;

namespace CommandBroker.Silo.Tests.Clustering;

/// <summary>What a silo of a cluster has in place of Orleans' own, and beside it.</summary>
public sealed class ClusterSetupTests : IDisposable
{
    private readonly IHost _host;

    public ClusterSetupTests()
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<DatabasePulse>();
        builder.Services.Configure<StorageOptions>(storage => storage.ConnectionString = "Host=nowhere.invalid");
        builder.UseOrleans(silo => silo.UseCluster(new ClusterChoice
        {
            Silo = new SiloOptions { Role = BrokerRole.Silo, Address = "127.0.0.1", SiloPort = 1, GatewayPort = 2 },
            Options = new ClusteringOptions(),
            Provider = StorageProvider.Postgres,
            ConnectionString = "Host=nowhere.invalid",
        }));
        _host = builder.Build();
    }

    [Fact]
    public void A_silos_word_that_it_lives_is_written_by_the_table_that_does_not_give_up() =>
        Assert.IsType<SteadyMembershipTable>(_host.Services.GetRequiredService<IMembershipTable>());

    [Fact]
    public void A_silo_remembers_where_activations_live_in_the_cache_that_takes_little_memory()
    {
        Assert.Equal(GrainDirectoryOptions.CachingStrategyType.Custom, _host.Services.GetRequiredService<IOptions<GrainDirectoryOptions>>().Value.CachingStrategy);
        Assert.IsType<DirectoryCache>(_host.Services.GetRequiredService<IGrainDirectoryCache>());
    }

    [Theory]
    [InlineData(typeof(LastPause))]
    [InlineData(typeof(DeadSiloSweep))]
    [InlineData(typeof(DatabaseWatch))]
    public void A_silos_start_and_stop_have_their_steps(Type step) =>
        Assert.Single(_host.Services.GetServices<ILifecycleParticipant<ISiloLifecycle>>(), step.IsInstanceOfType);

    [Fact]
    public void What_waits_for_a_gateway_is_kept_for_another_attempt_to_connect_but_not_for_one_that_is_not_answered()
    {
        ConnectionOptions connections = _host.Services.GetRequiredService<IOptions<ConnectionOptions>>().Value;

        TimeSpan kept = _host.Services.GetRequiredService<IOptions<SiloMessagingOptions>>().Value.ClientDropTimeout;

        Assert.True(kept > connections.ConnectionRetryDelay);
        Assert.True(kept < connections.OpenConnectionTimeout);
    }

    public void Dispose() => _host.Dispose();
}
