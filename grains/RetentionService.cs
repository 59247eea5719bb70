using CommandBroker.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CommandBroker.Grains;

/// <summary>Removes ended commands after <c>Queue:HistoryRetention</c>, in small transactions. Needed for space only, never for correctness.</summary>
internal sealed class RetentionService(
    IBrokerDatabase database, IOptions<QueueOptions> options, TimeProvider clock, ILogger<RetentionService> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.PurgeInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await PurgeAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; what is left is removed after the next start.
        }
    }

    private async Task PurgeAsync(CancellationToken stoppingToken)
    {
        DateTimeOffset endedBefore = clock.GetUtcNow() - options.Value.HistoryRetention;
        int limit = options.Value.PurgeBatchCount;
        int total = 0;
        double share = Share(options.Value);
        try
        {
            int removed;
            do
            {
                removed = await database.Commands.PurgeAsync(endedBefore, limit, share);
                total += removed;
            }
            while (removed >= limit && !stoppingToken.IsCancellationRequested);
        }
#pragma warning disable CA1031 // the outermost border: a host ends with its background work, and history that stays a while harms nobody
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.PurgeFailed(logger, exception);
        }

        if (total > 0)
        {
            Log.HistoryPurged(logger, total, endedBefore);
        }
    }

    /// <summary>What part of a store a run looks at: so much that all of it is seen within a tenth of the retention.</summary>
    private static double Share(QueueOptions options) =>
        Math.Clamp(10 * (options.PurgeInterval / options.HistoryRetention), ICommandStore.LeastPurgeShare, 1);
}
