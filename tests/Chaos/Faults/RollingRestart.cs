using System.Globalization;
using CommandBroker.Chaos.Cluster;

namespace CommandBroker.Chaos.Faults;

/// <summary>Every silo and gateway is stopped in order and started again, one after another.</summary>
internal sealed class RollingRestart : IFault
{
    private static readonly TimeSpan BetweenTwo = TimeSpan.FromSeconds(1);

    private readonly List<string> _restarted = [];

    /// <inheritdoc/>
    public TimeSpan Hold => TimeSpan.Zero;

    /// <inheritdoc/>
    public async Task InjectAsync(Scene scene)
    {
        Node[] nodes = [.. scene.Cluster.Brokers];
        scene.Random.Shuffle(nodes);
        foreach (Node node in nodes)
        {
            // One that the fault before had declared dead ends by itself, and is started again.
            await BrokerCluster.WaitUntilReadyAsync(node);
            int? exit = await node.StopAsync();
            if (exit != 0)
            {
                throw new InvalidOperationException($"{node.Name} ended with {exit} when it was asked to stop; 0 is right.");
            }

            node.Start();
            await BrokerCluster.WaitUntilReadyAsync(node);
            _restarted.Add(node.Name);
            await Task.Delay(BetweenTwo);
        }
    }

    /// <inheritdoc/>
    public Task<string?> ProveAsync(Scene scene) => Task.FromResult<string?>(
        _restarted.Count == scene.Cluster.Brokers.Count() ? string.Create(CultureInfo.InvariantCulture, $"ended with 0 and ready again, in this order: {string.Join(", ", _restarted)}") : null);

    /// <inheritdoc/>
    public Task HealAsync(Scene scene) => Task.CompletedTask;
}
