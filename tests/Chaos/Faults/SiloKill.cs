using CommandBroker.Chaos.Cluster;

namespace CommandBroker.Chaos.Faults;

/// <summary>kill -9 of one silo. Its supervisor starts it again after a while.</summary>
internal sealed class SiloKill(Random random) : IFault
{
    private readonly List<string> _hit = [];
    private Node? _silo;

    /// <inheritdoc/>
    public TimeSpan Hold { get; } = TimeSpan.FromSeconds(3 + (5 * random.NextDouble()));

    /// <inheritdoc/>
    public async Task InjectAsync(Scene scene)
    {
        _silo = scene.AnyOf(scene.Cluster.Silos);
        int pid = _silo.Pid;
        if (await _silo.KillAsync())
        {
            _hit.Add($"{_silo.Name}, pid {pid}, ended with 137");
        }
    }

    /// <inheritdoc/>
    public Task<string?> ProveAsync(Scene scene) => Task.FromResult(_hit.SingleOrDefault());

    /// <inheritdoc/>
    public async Task HealAsync(Scene scene)
    {
        _silo!.Start();
        await BrokerCluster.WaitUntilReadyAsync(_silo);
    }
}
