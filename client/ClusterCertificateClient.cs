using CommandBroker.Client.Tls;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>Lets a grain client into a cluster that asks for certificates (<c>Cluster:CertificateDirectory</c> of its silos).</summary>
public static class ClusterCertificateClient
{
    /// <summary>
    /// Encrypts the connections to the silos and shows them this process's certificate. Silos whose certificate is not of the same authority are not spoken to.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="directory">
    /// Has <c>tls.crt</c> (the certificate, for client authentication, with what leads to the authority behind it), <c>tls.key</c> and <c>ca.crt</c> (the authorities), all in
    /// PEM. Renewed files count for the next connection; until they fit each other the former ones do. Files that cannot be used stop the host at its start.
    /// </param>
    public static IClientBuilder UseClusterCertificates(this IClientBuilder client, string directory)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        client.Services.AddClusterTls(directory);
        client.Services.AddOptions<ClientConnectionOptions>().Configure<ClusterTls>((connections, tls) => connections.ConfigureConnection(tls.Connect));
        return client;
    }
}
