using Orleans.Services;

namespace CommandBroker.Silo.Clustering.Reach;

/// <summary>What silos ask each other about the database. One on each silo, called by its address: no directory and no database is needed to find it.</summary>
[Alias("CommandBroker.Silo.IReachService")]
internal interface IReachService : IGrainService
{
    /// <summary>For how long this silo has had answers from the database without a long pause.</summary>
    [Alias("GetAnsweredForAsync")]
    ValueTask<TimeSpan> GetAnsweredForAsync();

    /// <summary>Begins to write into the list of silos that a silo is dead which says so itself and ends; does not wait for it. May be repeated.</summary>
    [Alias("BuryAsync")]
    ValueTask BuryAsync(SiloAddress silo);
}
