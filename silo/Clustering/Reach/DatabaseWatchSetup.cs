using CommandBroker.Storage;
using Microsoft.Extensions.Options;
using Orleans.Runtime;

namespace CommandBroker.Silo.Clustering.Reach;

/// <summary>Adds the watch over the way to the database to a silo that is part of a cluster.</summary>
internal static class DatabaseWatchSetup
{
    public static void AddDatabaseWatch(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton(services => new ReachTimes(services.GetRequiredService<IOptions<ClusteringOptions>>().Value.DatabaseSilenceTimeout));
        silo.Services.AddSingleton<ReachReader>();
        silo.Services.AddSingleton<IReachPeers, ReachPeers>();
        silo.Services.AddSingleton<IPartedEnd, PartedEnd>();
        silo.Services.AddSingleton<PartedJudge>();
        silo.Services.AddSingleton<IDatabaseProbe>(services => new DatabaseProbe(
            services.GetRequiredService<IOptions<StorageOptions>>().Value.ConnectionString!,
            services.GetRequiredService<ReachTimes>().LongestPause,
            services.GetRequiredService<TimeProvider>()));
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, DatabaseWatch>();
        silo.AddGrainService<ReachService>();
    }
}
