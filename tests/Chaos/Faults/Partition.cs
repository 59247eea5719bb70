using CommandBroker.Chaos.Cluster;

namespace CommandBroker.Chaos.Faults;

/// <summary>Packets between one process and some addresses are dropped silently, longer than it takes the others to notice.</summary>
internal sealed class Partition(Func<Scene, (Node Node, IReadOnlyList<string> Peers)> between, bool incoming, bool outgoing) : IFault
{
    private Node? _node;
    private IReadOnlyList<string> _peers = [];

    /// <inheritdoc/>
    public TimeSpan Hold => TimeSpan.FromSeconds(20);

    /// <summary>One silo and the others.</summary>
    public static (Node Node, IReadOnlyList<string> Peers) Silos(Scene scene)
    {
        Node silo = scene.AnyOf(scene.Cluster.Silos);
        return (silo, [.. scene.Cluster.Silos.Where(other => other != silo).Select(other => other.Address)]);
    }

    /// <summary>One silo and the database.</summary>
    public static (Node Node, IReadOnlyList<string> Peers) SiloAndDatabase(Scene scene) => (scene.AnyOf(scene.Cluster.Silos), [scene.Cluster.Network.BridgeAddress]);

    /// <summary>One gateway and one silo.</summary>
    public static (Node Node, IReadOnlyList<string> Peers) GatewayAndSilo(Scene scene) => (scene.AnyOf(scene.Cluster.Gateways), [scene.AnyOf(scene.Cluster.Silos).Address]);

    /// <inheritdoc/>
    public async Task InjectAsync(Scene scene)
    {
        (_node, _peers) = between(scene);
        foreach (string peer in _peers)
        {
            if (incoming)
            {
                await scene.Cluster.Network.DropIncomingAsync(_node.Name, peer);
            }

            if (outgoing)
            {
                await scene.Cluster.Network.DropOutgoingAsync(_node.Name, peer);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<string?> ProveAsync(Scene scene)
    {
        long dropped = await scene.Cluster.Network.DroppedAsync(_node!.Name);
        string direction = incoming && outgoing ? "to and from" : incoming ? "from" : "to";
        return dropped > 0 ? $"{dropped} packets {direction} {string.Join(", ", _peers)} were dropped at {_node.Name} in {Hold.TotalSeconds:F0} s" : null;
    }

    /// <inheritdoc/>
    public async Task HealAsync(Scene scene)
    {
        await scene.Cluster.Network.HealAsync(_node!.Name);
        await BrokerCluster.WaitUntilReadyAsync(_node);
    }
}
