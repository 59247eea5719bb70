using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CommandBroker.Grains;

/// <summary>Reads at the start and every <c>Queue:QuotaInterval</c> which projects have a quota of pending commands.</summary>
internal sealed class QuotaRefreshService(PendingQuotas quotas, IOptions<QueueOptions> options, TimeProvider clock) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.QuotaInterval, clock);
        try
        {
            do
            {
                await quotas.RefreshAsync();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }
}
