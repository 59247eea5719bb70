using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CommandBroker.Grains;

/// <summary>Asks for a step of the sweep every <c>Queue:SweepInterval</c>. Needed by people who look at what has ended, never for correctness.</summary>
internal sealed class OverdueSweepService(
    IGrainFactory grains, IOptions<QueueOptions> options, TimeProvider clock, ILogger<OverdueSweepService> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SweepInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await StepAsync();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task StepAsync()
    {
        try
        {
            await grains.GetGrain<IOverdueSweepGrain>(0).StepAsync();
        }
#pragma warning disable CA1031 // the outermost border: a host ends with its background work, and commands that are settled later harm nobody
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.SweepFailed(logger, exception);
        }
    }
}
