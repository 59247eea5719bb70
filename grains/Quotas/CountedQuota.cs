using CommandBroker.Core;
using CommandBroker.Storage;
using Microsoft.Extensions.Logging;

namespace CommandBroker.Grains;

/// <summary>
/// A project's quota with the count that it is judged by. Counts one at a time, whoever asks, and spends a tenth of the time with it at most:
/// counting 100,000 source servers must not become the database's main work.
/// </summary>
internal sealed class CountedQuota(ProjectId project, int limit)
{
    private const int IntervalPerCount = 10;

    private readonly Lock _lock = new();
    private Task? _counting;
    private long? _countedAt;
    private TimeSpan _countTook;

    /// <summary>The quota.</summary>
    public PendingQuota Pending { get; } = new(limit);

    /// <summary>How old the last count is, in intervals; infinite when there was none.</summary>
    /// <param name="interval">How long an interval is at least; it is ten times as long as the last count took when that is more.</param>
    /// <param name="clock">The clock.</param>
    public double AgeIn(TimeSpan interval, TimeProvider clock)
    {
        lock (_lock)
        {
            TimeSpan needed = IntervalPerCount * _countTook;
            return _countedAt is { } at ? clock.GetElapsedTime(at) / (needed > interval ? needed : interval) : double.PositiveInfinity;
        }
    }

    /// <summary>Counts, or waits for the count that runs. A count that fails is logged, and the last count stays: the enqueue will meet it itself.</summary>
    public Task CountAsync(ICommandStore store, TimeProvider clock, ILogger logger)
    {
        lock (_lock)
        {
            return _counting is { IsCompleted: false } ? _counting : _counting = RunAsync(store, clock, logger);
        }
    }

    private async Task RunAsync(ICommandStore store, TimeProvider clock, ILogger logger)
    {
        long startedAt = clock.GetTimestamp();
        Pending.BeginCount();
        try
        {
            Pending.EndCount(await store.CountPendingAsync(project, clock.GetUtcNow(), Pending.Limit + 1L));
            lock (_lock)
            {
                _countedAt = startedAt;
                _countTook = clock.GetElapsedTime(startedAt);
            }
        }
#pragma warning disable CA1031 // the outermost border: mostly nobody waits for a count, and an enqueue is not refused for want of one
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.QuotaNotCounted(logger, exception, project);
        }
    }
}
