using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace CommandBroker.Client.Tls;

/// <summary>Adds what silos and clients share.</summary>
internal static class ClusterTlsServices
{
    /// <summary>Adds <see cref="ClusterTls"/> over the certificates of a directory; adding it twice is harmless.</summary>
    public static void AddClusterTls(this IServiceCollection services, string directory)
    {
        services.TryAddSingleton(host => new ClusterCertificates(
            directory, host.GetService<TimeProvider>() ?? TimeProvider.System, host.GetRequiredService<ILogger<ClusterCertificates>>()));
        services.TryAddSingleton<ClusterTls>();
    }
}
