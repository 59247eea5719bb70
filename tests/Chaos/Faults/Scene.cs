using CommandBroker.Chaos.Cluster;
using CommandBroker.Traffic;

namespace CommandBroker.Chaos.Faults;

/// <summary>Where a fault happens.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Clients">The clients, which go on.</param>
/// <param name="Random">What decides whom it hits and for how long.</param>
/// <param name="Seed">Where the random choices come from, for what shall differ between seeds surely.</param>
internal sealed record Scene(BrokerCluster Cluster, Clients Clients, Random Random, int Seed)
{
    /// <summary>One of these.</summary>
    public T AnyOf<T>(IReadOnlyList<T> many) => many[Random.Next(many.Count)];

    /// <summary>A time between two.</summary>
    public TimeSpan Between(double least, double most) => TimeSpan.FromSeconds(least + ((most - least) * Random.NextDouble()));
}
