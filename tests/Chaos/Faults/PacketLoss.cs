using CommandBroker.Chaos.Cluster;

namespace CommandBroker.Chaos.Faults;

/// <summary>Of all packets to and from one silo or gateway 30 % are lost.</summary>
internal sealed class PacketLoss : IFault
{
    private const double Share = 0.3;

    private Node? _node;

    /// <inheritdoc/>
    public TimeSpan Hold => TimeSpan.FromSeconds(20);

    /// <inheritdoc/>
    public async Task InjectAsync(Scene scene)
    {
        _node = scene.AnyOf<Node>([.. scene.Cluster.Brokers]);
        await scene.Cluster.Network.LoseAsync(_node.Name, Share);
    }

    /// <inheritdoc/>
    public async Task<string?> ProveAsync(Scene scene)
    {
        long dropped = await scene.Cluster.Network.DroppedAsync(_node!.Name);
        return dropped > 0 ? $"{dropped} packets to and from {_node.Name} were lost in {Hold.TotalSeconds:F0} s" : null;
    }

    /// <inheritdoc/>
    public async Task HealAsync(Scene scene)
    {
        await scene.Cluster.Network.HealAsync(_node!.Name);
        await BrokerCluster.WaitUntilReadyAsync(_node);
    }
}
