using CommandBroker.Chaos.Cluster;

namespace CommandBroker.Chaos.Faults;

/// <summary>A silo stands still for 30 s (SIGSTOP), is declared dead, and wakes up believing that no time has passed.</summary>
internal sealed class SiloPause : IFault
{
    private Node? _silo;
    private int _pid;

    /// <inheritdoc/>
    public TimeSpan Hold { get; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public async Task InjectAsync(Scene scene)
    {
        _silo = scene.AnyOf(scene.Cluster.Silos);
        _pid = _silo.Pid;
        await Shell.SignalAsync("STOP", _pid);
    }

    /// <inheritdoc/>
    public Task<string?> ProveAsync(Scene scene) =>
        Task.FromResult(Shell.StateOf(_pid) == 'T' ? $"{_silo!.Name}, pid {_pid}, in state T after {Hold.TotalSeconds:F0} s" : null);

    /// <inheritdoc/>
    public async Task HealAsync(Scene scene)
    {
        await Shell.SignalAsync("CONT", _pid);
        await BrokerCluster.WaitUntilReadyAsync(_silo!);
    }
}
