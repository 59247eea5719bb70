using Orleans.Services;

namespace CommandBroker.Silo.Clustering.Reach;

/// <summary>What silos ask each other about the database. One on each silo, called by its address: no directory and no database is needed to find it.</summary>
[Alias("CommandBroker.Silo.IReachService")]
internal interface IReachService : IGrainService
{
    /// <summary>For how long this silo has had answers from the database without a pause longer than the given one; zero when it cannot tell.</summary>
    [Alias("GetAnsweredForAsync")]
    ValueTask<TimeSpan> GetAnsweredForAsync(TimeSpan longestPause);

    /// <summary>Begins to write into the list of silos that a silo is dead which says so itself and ends; does not wait for it. May be repeated.</summary>
    [Alias("DeclareDeadAsync")]
    ValueTask DeclareDeadAsync(SiloAddress silo);
}
