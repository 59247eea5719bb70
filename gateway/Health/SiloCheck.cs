using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CommandBroker.Gateway.Health;

/// <summary>Whether the start is complete, and a silo and its store are there.</summary>
internal sealed class SiloCheck(StartProgress start, SiloProbe probe) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (start.Missing is { } missing)
        {
            return HealthCheckResult.Unhealthy(missing);
        }

        return await probe.CurrentAsync() switch
        {
            SiloVerdict.Good => HealthCheckResult.Healthy(),
            SiloVerdict.Stalled => HealthCheckResult.Degraded("storage"),
            SiloVerdict.NoStore => HealthCheckResult.Unhealthy("storage"),
            _ => HealthCheckResult.Unhealthy(StartProgress.Silo),
        };
    }
}
