using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CommandBroker.Gateway.Health;

/// <summary>Adds the health checks of a process, by the platform's own service, to which a host may add more.</summary>
internal static class HealthServices
{
    public static void AddHealth(this IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(HealthEndpoints)))
        {
            return;
        }

        services.TryAddSingleton<SiloProbe>();
        services.AddHealthChecks()
            .AddCheck<SiloCheck>("silo", HealthStatus.Unhealthy, [HealthEndpoints.Tag])
            .AddCheck<CallersCheck>("callers", HealthStatus.Unhealthy, [HealthEndpoints.Tag]);
        services.AddSingleton<HealthEndpoints>();
    }
}
