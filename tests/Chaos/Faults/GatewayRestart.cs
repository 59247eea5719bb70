using CommandBroker.Chaos.Cluster;

namespace CommandBroker.Chaos.Faults;

/// <summary>A gateway is stopped in order and started again.</summary>
internal sealed class GatewayRestart : IFault
{
    private Node? _gateway;
    private string? _proof;

    /// <inheritdoc/>
    public TimeSpan Hold { get; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task InjectAsync(Scene scene)
    {
        _gateway = scene.AnyOf(scene.Cluster.Gateways);
        await BrokerCluster.WaitUntilReadyAsync(_gateway);
        int pid = _gateway.Pid;
        int? exit = await _gateway.StopAsync();
        _proof = exit == 0 ? $"{_gateway.Name}, pid {pid}, ended with 0"
            : throw new InvalidOperationException($"{_gateway.Name} ended with {exit} when it was asked to stop; 0 is right.");
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
