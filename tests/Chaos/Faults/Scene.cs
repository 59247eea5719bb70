using System.Diagnostics;
using CommandBroker.Chaos.Cluster;
using CommandBroker.Traffic;

namespace CommandBroker.Chaos.Faults;

/// <summary>Where a fault happens.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Clients">The clients, which go on.</param>
/// <param name="Random">What decides whom it hits and for how long.</param>
/// <param name="Turn">The run's seed, and one more for each time that this kind came before: what differs between seeds and between times surely.</param>
internal sealed record Scene(BrokerCluster Cluster, Clients Clients, Random Random, int Turn)
{
    /// <summary>One of these, in turn.</summary>
    public T NextOf<T>(IReadOnlyList<T> many) => many[(int)((uint)Turn % many.Count)];

    /// <summary>One of these.</summary>
    public T AnyOf<T>(IReadOnlyList<T> many) => many[Random.Next(many.Count)];

    /// <summary>A time between two.</summary>
    public TimeSpan Between(double least, double most) => TimeSpan.FromSeconds(least + ((most - least) * Random.NextDouble()));

    /// <summary>Waits until every source server was answered since this call.</summary>
    /// <returns>The source servers that were not, when time is up; usually none.</returns>
    public async Task<IReadOnlyList<string>> UnservedAsync(TimeSpan timeout)
    {
        long since = Stopwatch.GetTimestamp();
        while (true)
        {
            string[] left = [.. Clients.Servers.Where(server => Clients.AnsweredAt(server) < since)];
            if (left.Length == 0 || Stopwatch.GetElapsedTime(since) > timeout)
            {
                return left;
            }

            Clients.ThrowIfBroken();
            await Task.Delay(100);
        }
    }
}
