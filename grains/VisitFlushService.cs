using CommandBroker.Core;
using CommandBroker.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CommandBroker.Grains;

/// <summary>Writes the noted visits, all in one go, so that an idle poll costs no write of its own. A visit lost in a crash is only a stale last_visit_time.</summary>
internal sealed class VisitFlushService(
    IBrokerDatabase database, VisitRecorder visits, IOptions<SourceOptions> options, TimeProvider clock, ILogger<VisitFlushService> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.VisitFlushInterval, clock);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stoppingToken);
            }
            catch (OperationCanceledException)
            {
                // Stopping: the last visits are written below.
            }

            await FlushAsync();
        }
    }

    private async Task FlushAsync()
    {
        IReadOnlyCollection<KeyValuePair<SourceServerKey, DateTimeOffset>> noted = visits.TakeAll();
        if (noted.Count == 0)
        {
            return;
        }

        try
        {
            await database.SourceServers.RecordVisitsAsync(noted);
        }
#pragma warning disable CA1031 // the outermost border: a host ends with its background work, and a stale last_visit_time harms nobody
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.VisitFlushFailed(logger, exception);
        }
    }
}
