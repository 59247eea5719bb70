using System.Globalization;
using CommandBroker.Chaos.Cluster;

namespace CommandBroker.Chaos.Faults;

/// <summary>
/// A firewall forgets the connections to the database that are open: their packets vanish, new connections are fine. In turn those of
/// every silo and gateway, and those of one silo.
/// </summary>
internal sealed class ForgottenConnections : IFault
{
    private static readonly TimeSpan ServeTimeout = TimeSpan.FromSeconds(40);

    private readonly Dictionary<Node, IReadOnlyList<int>> _forgotten = [];

    /// <inheritdoc/>
    public TimeSpan Hold => TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public async Task InjectAsync(Scene scene)
    {
        Network network = scene.Cluster.Network;
        IEnumerable<Node> nodes = scene.NextOf([true, false]) ? [scene.AnyOf(scene.Cluster.Silos)] : scene.Cluster.Brokers;
        foreach (Node node in nodes)
        {
            _forgotten[node] = await network.ConnectionsAsync(node.Name, network.BridgeAddress, scene.Cluster.PortOf(node));
            await network.DropConnectionsAsync(node.Name, network.BridgeAddress, _forgotten[node]);
        }
    }

    /// <inheritdoc/>
    public async Task<string?> ProveAsync(Scene scene)
    {
        Network network = scene.Cluster.Network;
        long dropped = 0;
        int opened = 0;
        foreach ((Node node, IReadOnlyList<int> ports) in _forgotten)
        {
            dropped += await network.DroppedAsync(node.Name);
            opened += (await network.ConnectionsAsync(node.Name, network.BridgeAddress, scene.Cluster.PortOf(node))).Except(ports).Count();
        }

        // Nobody mends such a firewall: everybody must get along with it as it is.
        IReadOnlyList<string> unserved = await scene.UnservedAsync(ServeTimeout);
        if (unserved.Count > 0)
        {
            throw new InvalidOperationException($"{unserved.Count} source servers, as {unserved[0]}, were not served while connections to the database stayed forgotten.");
        }

        return dropped > 0 && opened > 0 ? string.Create(CultureInfo.InvariantCulture,
            $"{dropped} packets of {_forgotten.Values.Sum(ports => ports.Count)} connections of {string.Join(", ", _forgotten.Keys.Select(node => node.Name))} were dropped, {opened} new ones passed") : null;
    }

    /// <inheritdoc/>
    public async Task HealAsync(Scene scene)
    {
        foreach (Node node in _forgotten.Keys)
        {
            // What the kernel still has to send of those connections arrives now.
            await scene.Cluster.Network.HealAsync(node.Name);
        }

        await BrokerCluster.WaitUntilReadyAsync(_forgotten.Keys);
    }
}
