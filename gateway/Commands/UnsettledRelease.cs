namespace CommandBroker.Gateway.Commands;

/// <summary>A release that has come to no end yet. Whoever needs it tries it: the gateway by itself after a while, and the next poll of its source server at once.</summary>
/// <param name="key">The source server.</param>
/// <param name="isOnce">Whether it is over once it was carried out; otherwise each further try looks again.</param>
/// <param name="attempt">One try; what it failed with, or null.</param>
internal sealed class UnsettledRelease(SourceServerKey key, bool isOnce, Func<Task<Exception?>> attempt)
{
    private readonly Lock _gate = new();
    private Task<Exception?>? _running;

    /// <summary>The source server.</summary>
    public SourceServerKey Key => key;

    /// <summary>Whether it is over once it was carried out: a delivery that is known.</summary>
    public bool IsOnce => isOnce;

    /// <summary>Whether the last try that ended was carried out.</summary>
    public bool IsCarriedOut => _running is { IsCompletedSuccessfully: true, Result: null };

    /// <summary>Tries it, or waits for the try that runs: a silo that does not answer is asked once, however often an agent comes again.</summary>
    /// <returns>What it failed with; null when it was carried out.</returns>
    public Task<Exception?> TryAsync()
    {
        lock (_gate)
        {
            if (_running is null || (_running.IsCompleted && !(isOnce && IsCarriedOut)))
            {
                _running = attempt();
            }

            return _running;
        }
    }
}
