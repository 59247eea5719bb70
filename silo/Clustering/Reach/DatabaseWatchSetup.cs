using Orleans.Runtime;

namespace CommandBroker.Silo.Clustering.Reach;

/// <summary>Adds the watch over the way to the database to a silo that is part of a cluster.</summary>
internal static class DatabaseWatchSetup
{
    public static void AddDatabaseWatch(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<IReachPeers, ReachPeers>();
        silo.Services.AddSingleton<IPartedEnd, PartedEnd>();
        silo.Services.AddSingleton<DatabaseWatch>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<DatabaseWatch>());
        silo.AddGrainService<ReachService>();
    }
}
