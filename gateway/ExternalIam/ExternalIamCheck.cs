using CommandBroker.Gateway.Health;
using Microsoft.Extensions.Hosting;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>Asks the external IAM after the start until it has answered once: <c>/readyz</c> waits for that, so that a wrong address or password shows before a token is sent.</summary>
internal sealed class ExternalIamCheck(
    IServiceProvider services, IamReach reach, StartProgress start, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!reach.IsNeeded)
        {
            return;
        }

        IExternalIam iam = services.GetRequiredService<IExternalIam>();
        try
        {
            await start.Completed.WaitAsync(stoppingToken);
            while (!reach.HasAnswered && !await iam.CheckAsync())
            {
                await Task.Delay(Interval, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }
}
