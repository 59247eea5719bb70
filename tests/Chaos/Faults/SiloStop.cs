using CommandBroker.Chaos.Cluster;

namespace CommandBroker.Chaos.Faults;

/// <summary>SIGTERM of one silo: it must hand over within 30 s, and nobody may notice more than a delay.</summary>
internal sealed class SiloStop(Random random) : IFault
{
    private static readonly TimeSpan MaxStop = TimeSpan.FromSeconds(30);

    private Node? _silo;
    private string? _proof;

    /// <inheritdoc/>
    public TimeSpan Hold { get; } = TimeSpan.FromSeconds(1 + (3 * random.NextDouble()));

    /// <inheritdoc/>
    public async Task InjectAsync(Scene scene)
    {
        _silo = scene.AnyOf(scene.Cluster.Silos);
        await BrokerCluster.WaitUntilReadyAsync(_silo);
        (int pid, TimeSpan began) = (_silo.Pid, scene.Clients.Recorder.Elapsed);
        int? exit = await _silo.StopAsync();
        TimeSpan took = scene.Clients.Recorder.Elapsed - began;
        if (exit != 0 || took > MaxStop)
        {
            throw new InvalidOperationException($"{_silo.Name} ended with {exit} after {took} when it was asked to stop; 0 within {MaxStop} is right.");
        }

        _proof = FormattableString.Invariant($"{_silo.Name}, pid {pid}, ended with 0 after {took.TotalSeconds:F1} s");
    }

    /// <inheritdoc/>
    public Task<string?> ProveAsync(Scene scene) => Task.FromResult(_proof);

    /// <inheritdoc/>
    public async Task HealAsync(Scene scene)
    {
        _silo!.Start();
        await BrokerCluster.WaitUntilReadyAsync(_silo);
    }
}
