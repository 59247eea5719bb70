using CommandBroker.Chaos.Cluster;

namespace CommandBroker.Chaos.Faults;

/// <summary>Every word to and from the database takes a good part of a second.</summary>
internal sealed class SlowDatabase : IFault
{
    private const int MinDelayedCount = 50;
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMilliseconds(800);

    private int _before;

    /// <inheritdoc/>
    public TimeSpan Hold => TimeSpan.FromSeconds(12);

    /// <inheritdoc/>
    public Task InjectAsync(Scene scene)
    {
        _before = Delayed(scene);
        scene.Cluster.Disturb(new ProxyFault(MaxDelay: MaxDelay));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<string?> ProveAsync(Scene scene)
    {
        int delayed = Delayed(scene) - _before;
        return Task.FromResult(delayed >= MinDelayedCount ? $"{delayed} pieces on the way to and from the database waited {MaxDelay.TotalMilliseconds / 4:F0} to {MaxDelay.TotalMilliseconds:F0} ms" : null);
    }

    /// <inheritdoc/>
    public Task HealAsync(Scene scene)
    {
        scene.Cluster.Disturb(null);
        return Task.CompletedTask;
    }

    private static int Delayed(Scene scene) => scene.Cluster.Proxies.Sum(proxy => proxy.DelayedCount);
}
