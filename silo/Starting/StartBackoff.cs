namespace CommandBroker.Silo.Starting;

/// <summary>The pauses of a start that waits for something: from 100 ms to 2 s, with jitter, so that a cluster does not ask in step.</summary>
internal sealed class StartBackoff
{
    private const double GrowthFactor = 1.6;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    public async Task PauseAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(_pause * (0.5 + (Random.Shared.NextDouble() / 2)), cancellationToken);
        TimeSpan next = _pause * GrowthFactor;
        _pause = next < Longest ? next : Longest;
    }
}
