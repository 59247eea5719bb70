using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CommandBroker.Grains;

/// <inheritdoc cref="IOverdueSweepGrain"/>
internal sealed class OverdueSweepGrain(
    IBrokerDatabase database, IOptions<QueueOptions> options, TimeProvider clock, ILogger<OverdueSweepGrain> logger) : Grain, IOverdueSweepGrain
{
    // A silo that is taken for dead ends itself long before that, and with it the activations that know of nothing.
    private static readonly TimeSpan RestorePeriod = TimeSpan.FromHours(1);
    private static readonly TimeSpan RestorePause = TimeSpan.FromMinutes(1);

    private readonly TimeSpan _retention = options.Value.HistoryRetention;
    private readonly TimeSpan _pause = options.Value.SweepInterval * 0.5;
    private readonly int _count = options.Value.SweepCount;
    private long? _steppedAt;
    private long _place;

    // When deletions were looked at last, and until when all of them could be read.
    private DateTimeOffset? _lookedAt;
    private DateTimeOffset? _restoredAt;

    public async ValueTask StepAsync()
    {
        if (_steppedAt is { } at && clock.GetElapsedTime(at) < _pause)
        {
            return;
        }

        _steppedAt = clock.GetTimestamp();

        // Where it stands in its round is in memory alone.
        DelayDeactivation(options.Value.SweepInterval * 3);
        await TryRestoreAsync();
        OverduePage page = await GuardAsync(database.Commands.FindOverdueAsync(_place, clock.GetUtcNow(), _count));

        // One after the other: the sweep must not be what makes agents wait.
        foreach (SourceServerKey key in page.Keys)
        {
            await TrySettleAsync(key);
        }

        _place = page.Next ?? 0;
    }

    /// <summary>
    /// What was enqueued at an activation that did not know of the deletion is not lost with its source server. Whatever was deleted since the last look
    /// is looked at, and what was deleted shortly before it once more.
    /// </summary>
    private async Task TryRestoreAsync()
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (_lookedAt is { } at && (now - at).Duration() < RestorePause)
        {
            return;
        }

        try
        {
            DateTimeOffset since = (_restoredAt < now ? _restoredAt.Value : now - _retention) - RestorePeriod;
            RestoredSourceServers restored = await database.SourceServers.RestoreAsync(since);
            foreach (SourceServerKey key in restored.Keys)
            {
                Log.SourceServerRestored(logger, key);
            }

            _lookedAt = now;

            // What could not be read is looked for again, however long it takes until it is mended.
            _restoredAt = restored.IsWhole ? now : since + RestorePeriod;
        }
        catch (Exception exception) when (StoreFault.IsStoreFault(exception))
        {
            Log.RestoreFailed(logger, exception);
        }
    }

    private static async Task<T> GuardAsync<T>(Task<T> call)
    {
        try
        {
            return await call;
        }
        catch (Exception exception) when (StoreFault.IsStoreFault(exception))
        {
            throw StoreFault.Translate(exception, "");
        }
    }

    /// <summary>What one source server's trouble is, it has logged itself; the next round comes by again.</summary>
    private async Task TrySettleAsync(SourceServerKey key)
    {
        try
        {
            await GrainFactory.GetGrain<ISourceServerGrain>(key.Text).SettleAsync();
        }
#pragma warning disable CA1031 // the outermost border: one queue's fault must not end the walk
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.NotSettled(logger, exception, key);
        }
    }
}
