using CommandBroker.Chaos.Cluster;

namespace CommandBroker.Chaos.Faults;

/// <summary>
/// kill -9 of a gateway when a silo has leased a command and the answer has not reached the agent. What silos send to the gateway is
/// dropped, so that answers stay on the way; when the store shows a lease that no agent has seen, the gateway dies.
/// </summary>
internal sealed class GatewayKillAfterLease : IFault
{
    private static readonly TimeSpan LeaseTimeout = TimeSpan.FromSeconds(1.8);
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(300);

    private Node? _gateway;
    private string? _proof;

    /// <inheritdoc/>
    public TimeSpan Hold { get; } = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public async Task InjectAsync(Scene scene)
    {
        Network network = scene.Cluster.Network;
        _gateway = scene.AnyOf(scene.Cluster.Gateways);
        foreach (Node silo in scene.Cluster.Silos)
        {
            await network.DropIncomingAsync(_gateway.Name, silo.Address);
        }

        TimeSpan deadline = scene.Clients.Recorder.Elapsed + LeaseTimeout;
        StoredLease[] unseen;
        do
        {
            StoredLease[] leases = await StoredLease.ReadAsync(scene.Cluster.Database);
            await Task.Delay(Settle);
            unseen = [.. leases.Where(lease => lease.IsUnseen(scene.Clients))];
        }
        while (unseen.Length == 0 && scene.Clients.Recorder.Elapsed < deadline);

        int pid = _gateway.Pid;
        bool hit = await _gateway.KillAsync();
        await network.HealAsync(_gateway.Name);
        unseen = [.. unseen.Where(lease => lease.IsUnseen(scene.Clients))];
        if (hit && unseen.Length > 0)
        {
            _proof = $"{_gateway.Name}, pid {pid}, ended with 137; {unseen.Length} leases stood in the store that no agent had seen, as {unseen[0].Server} {unseen[0].CommandId}";
        }
    }

    /// <inheritdoc/>
    public Task<string?> ProveAsync(Scene scene) => Task.FromResult(_proof);

    /// <inheritdoc/>
    public async Task HealAsync(Scene scene)
    {
        _gateway!.Start();
        await BrokerCluster.WaitUntilReadyAsync(_gateway);
    }
}
