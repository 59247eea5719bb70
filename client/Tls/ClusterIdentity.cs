using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CommandBroker.Client.Tls;

/// <summary>A process's own certificate and whom it believes: what a connection inside the cluster begins with. Never changes.</summary>
/// <param name="Own">The process's certificate, its key, and what leads to the authority.</param>
/// <param name="Authorities">The authorities of the cluster.</param>
internal sealed record ClusterIdentity(SslStreamCertificateContext Own, X509Certificate2Collection Authorities)
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;
    private static readonly Oid ServerUse = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientUse = new("1.3.6.1.5.5.7.3.2");

    /// <summary>Reads the three files.</summary>
    /// <exception cref="Exception">See <see cref="ReloadedFiles{T}.IsOfTheFiles"/>.</exception>
    public static ClusterIdentity Read(string certificatePath, string keyPath, string authoritiesPath)
    {
        X509Certificate2Collection chain = [], authorities = [];
        chain.ImportFromPemFile(certificatePath);
        authorities.ImportFromPemFile(authoritiesPath);
        X509Certificate2 own = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
        using var check = new X509Chain { ChainPolicy = Policy(authorities, ClientUse) };
        check.ChainPolicy.ExtraStore.AddRange(chain);
        return check.Build(own)
            ? new ClusterIdentity(SslStreamCertificateContext.Create(own, chain, offline: true), authorities)
            : throw new CryptographicException($"No peer would believe {certificatePath}: {check.ChainStatus.FirstOrDefault().StatusInformation?.Trim()}");
    }

    /// <summary>For a side that is connected to.</summary>
    public SslServerAuthenticationOptions ForServer() => new()
    {
        ServerCertificateContext = Own,
        ClientCertificateRequired = true,
        CertificateChainPolicy = Policy(Authorities, ClientUse),
        RemoteCertificateValidationCallback = static (_, certificate, _, errors) => certificate is not null && errors == SslPolicyErrors.None,
        EnabledSslProtocols = Protocols,
        AllowRenegotiation = false,
        AllowTlsResume = false,
    };

    /// <summary>For the side that connects. Names are not compared: silos come and go with their addresses, and whoever has a certificate of the authority is of the cluster.</summary>
    public SslClientAuthenticationOptions ForClient() => new()
    {
        TargetHost = "commandbroker",
        ClientCertificateContext = Own,
        CertificateChainPolicy = Policy(Authorities, ServerUse),
        RemoteCertificateValidationCallback = static (_, certificate, _, errors) => certificate is not null && (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None,
        EnabledSslProtocols = Protocols,
        AllowRenegotiation = false,
        AllowTlsResume = false,
    };

    private static X509ChainPolicy Policy(X509Certificate2Collection authorities, Oid use)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,

            // A private authority rarely has a place where revocations can be asked for. Whoever is to be shut out needs a new authority.
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ApplicationPolicy.Add(use);
        return policy;
    }
}
