using CommandBroker.Chaos.Cluster;

namespace CommandBroker.Chaos.Faults;

/// <summary>The clock of one silo jumps ten minutes back, ten minutes ahead or a day ahead, and is set right later.</summary>
internal sealed class ClockJump : IFault
{
    private static readonly TimeSpan[] Jumps = [TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(-10), TimeSpan.FromDays(1)];
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(10);

    private Node? _silo;
    private TimeSpan _jump;

    /// <inheritdoc/>
    public TimeSpan Hold => TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public async Task InjectAsync(Scene scene)
    {
        // In turn, so that runs with three seeds that follow each other see all of them.
        _jump = scene.NextOf(Jumps);
        _silo = scene.Cluster.Silos[^1];
        await SetAsync(scene, _jump);
    }

    /// <inheritdoc/>
    public async Task<string?> ProveAsync(Scene scene)
    {
        DateTimeOffset? told = await _silo!.ClockAsync();
        TimeSpan? off = told - TimeProvider.System.GetUtcNow();
        return off is { } difference && (difference - _jump).Duration() < Tolerance ? $"the clock of {_silo.Name} was {difference.TotalSeconds:F0} s off" : null;
    }

    /// <inheritdoc/>
    public async Task HealAsync(Scene scene)
    {
        await SetAsync(scene, TimeSpan.Zero);
        await BrokerCluster.WaitUntilReadyAsync(_silo!);
    }

    private static Task SetAsync(Scene scene, TimeSpan offset) => File.WriteAllTextAsync(
        scene.Cluster.ClockFile ?? throw new InvalidOperationException("No silo of this run has a clock that can be set."),
        FormattableString.Invariant($"{offset.TotalSeconds:+0;-0;+0}\n"));
}
