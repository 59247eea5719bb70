using Microsoft.Extensions.Hosting;

namespace CommandBroker.Gateway.Identity;

/// <summary>Reads the credentials at the start and every <see cref="GatewayOptions.CredentialRefreshInterval"/>; every second until the first time it works.</summary>
internal sealed class CredentialRefresh(CredentialCache cache, IOptions<GatewayOptions> options, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan FirstInterval = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await cache.RefreshAsync(stoppingToken);
                await Task.Delay(cache.IsLoaded ? options.Value.CredentialRefreshInterval : FirstInterval, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }
}
