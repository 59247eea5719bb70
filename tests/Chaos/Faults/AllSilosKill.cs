using CommandBroker.Chaos.Cluster;

namespace CommandBroker.Chaos.Faults;

/// <summary>kill -9 of every silo at once, then a cold start into a cluster whose list is full of silos that look alive.</summary>
internal sealed class AllSilosKill(Random random) : IFault
{
    private int _hits;

    /// <inheritdoc/>
    public TimeSpan Hold { get; } = TimeSpan.FromSeconds(1 + (3 * random.NextDouble()));

    /// <inheritdoc/>
    public async Task InjectAsync(Scene scene) =>
        _hits = (await Task.WhenAll(scene.Cluster.Silos.Select(silo => silo.KillAsync()))).Count(hit => hit);

    /// <inheritdoc/>
    public Task<string?> ProveAsync(Scene scene) =>
        Task.FromResult(_hits == scene.Cluster.Silos.Count && scene.Cluster.Silos.All(silo => !silo.IsRunning) ? $"{_hits} silos ended with 137" : null);

    /// <inheritdoc/>
    public async Task HealAsync(Scene scene)
    {
        foreach (Node silo in scene.Cluster.Silos)
        {
            silo.Start();
        }

        await BrokerCluster.WaitUntilReadyAsync(scene.Cluster.Silos);
    }
}
