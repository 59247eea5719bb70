using Orleans.Runtime;

namespace CommandBroker.Silo.Clustering.Reach;

/// <summary>The other silos of the cluster, as this one asks them about the database.</summary>
internal interface IReachPeers
{
    /// <summary>The other silos that are active, as far as this one knows.</summary>
    IReadOnlyList<SiloAddress> Active { get; }

    /// <summary>For how long a silo has had answers from the database without a pause longer than the given one; null when it does not say in time, zero when it cannot tell.</summary>
    Task<TimeSpan?> AskAsync(SiloAddress silo, TimeSpan longestPause);

    /// <summary>Has a silo declare this one dead; false when it does not say in time that it will.</summary>
    Task<bool> AskToDeclareDeadAsync(SiloAddress silo);
}
