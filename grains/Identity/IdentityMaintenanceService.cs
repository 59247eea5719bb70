using CommandBroker.Storage.Identity;
using Microsoft.Extensions.Hosting;

namespace CommandBroker.Grains;

/// <summary>Exchanges the key that signs tokens when it is due, and removes what has ended. Several silos may do the same at the same time.</summary>
internal sealed class IdentityMaintenanceService(IdentityContext context, TokenKeys tokenKeys, TimeProvider clock) : BackgroundService
{
    private const int PurgeBatchCount = 1_000;

    // A gateway that asks every few seconds has missed none of these; one that comes later reads a snapshot.
    private const long KeptRevisions = 10_000;

    // Long enough for somebody to read why an agent is refused.
    private static readonly TimeSpan EndedKeyRetention = TimeSpan.FromDays(7);

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Does it once.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        await tokenKeys.RotateIfDueAsync();
        int removed;
        do
        {
            removed = await context.Store.PurgeAsync(
                new IdentityPurge(context.Now, context.Now - context.Options.AuditRetention, KeptRevisions, PurgeBatchCount, context.Now - EndedKeyRetention));
        }
        while (removed >= PurgeBatchCount && !stoppingToken.IsCancellationRequested);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await RunAsync(stoppingToken);
                }
                catch (Exception fault) when (fault is not OperationCanceledException)
                {
                    IdentityLog.PurgeFailed(context.Logger, fault);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; what is due is done after the next start.
        }
    }
}
