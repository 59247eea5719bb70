using CommandBroker.Chaos.Cluster;

namespace CommandBroker.Chaos.Faults;

/// <summary>Every process of PostgreSQL stands still: connections stay open and nothing answers.</summary>
internal sealed class DatabasePause(Random random) : IFault
{
    private IReadOnlyList<int> _stopped = [];

    /// <inheritdoc/>
    public TimeSpan Hold { get; } = TimeSpan.FromSeconds(4 + (8 * random.NextDouble()));

    /// <inheritdoc/>
    public async Task InjectAsync(Scene scene)
    {
        // The postmaster first, so that it starts no more.
        await Shell.SignalAsync("STOP", scene.Cluster.Database.Node.Pid);
        _stopped = scene.Cluster.Database.Processes();
        await Shell.SignalAsync("STOP", _stopped);
    }

    /// <inheritdoc/>
    public Task<string?> ProveAsync(Scene scene)
    {
        // Those that there are. One that ended just as the others were stopped is gone or, as nobody waits for its end, a zombie.
        IReadOnlyList<int> there = scene.Cluster.Database.Processes();
        bool isWhole = there.Count > 1 && Shell.StateOf(scene.Cluster.Database.Node.Pid) == 'T' && there.All(pid => Shell.StateOf(pid) is 'T' or 'Z');
        return Task.FromResult(isWhole ? $"{there.Count} processes of PostgreSQL in state T after {Hold.TotalSeconds:F1} s" : null);
    }

    /// <inheritdoc/>
    public async Task HealAsync(Scene scene)
    {
        await Shell.SignalAsync("CONT", _stopped);
        await scene.Cluster.Database.WaitUntilItAnswersAsync();
    }
}
