using Microsoft.Extensions.Logging;

namespace CommandBroker.Client.Tls;

/// <summary>The certificates of a directory: <c>tls.crt</c>, <c>tls.key</c> and <c>ca.crt</c>, in PEM, the names Kubernetes and cert-manager use. Read again when they change.</summary>
internal sealed class ClusterCertificates
{
    private readonly ReloadedFiles<ClusterIdentity> _files;

    /// <summary>Reads them.</summary>
    /// <exception cref="InvalidOperationException">A file is missing or cannot be used, or the certificate is not one of the authority.</exception>
    public ClusterCertificates(string directory, TimeProvider clock, ILogger log)
    {
        string certificate = Path.Combine(directory, "tls.crt"), key = Path.Combine(directory, "tls.key"), authorities = Path.Combine(directory, "ca.crt");
        try
        {
            _files = new ReloadedFiles<ClusterIdentity>(
                [certificate, key, authorities],
                () => ClusterIdentity.Read(certificate, key, authorities),
                read => log.CertificatesRead(directory, read.Own.TargetCertificate.NotAfter),
                fault => log.CertificatesNotRead(fault, directory),
                clock);
        }
        catch (Exception fault) when (ReloadedFiles<ClusterIdentity>.IsOfTheFiles(fault))
        {
            throw new InvalidOperationException($"{directory} must have tls.crt, tls.key and ca.crt, in PEM, for the cluster's connections.", fault);
        }
    }

    /// <summary>For a connection that begins now.</summary>
    public ClusterIdentity Current => _files.Current;
}
