using CommandBroker.Client.Tls;
using Orleans.Configuration;

namespace CommandBroker.Silo.Clustering;

/// <summary>Lets only those into a silo's ports who have a certificate of the cluster's authority; the counterpart of <see cref="ClusterCertificateClient"/>.</summary>
internal static class ClusterCertificateSilo
{
    public static void UseClusterCertificates(this ISiloBuilder silo, string directory)
    {
        silo.Services.AddClusterTls(directory);
        silo.Services.AddOptions<SiloConnectionOptions>().Configure<ClusterTls>((connections, tls) =>
        {
            connections.ConfigureSiloInboundConnection(tls.Accept);
            connections.ConfigureSiloOutboundConnection(tls.Connect);
            connections.ConfigureGatewayInboundConnection(tls.Accept);
        });
    }
}
