using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CommandBroker.Gateway.Tls;

/// <summary>Whether a client's certificate is to be believed: issued for clients, in its time, by an authority of the settings.</summary>
internal sealed class ClientCertificateTrust
{
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    private readonly X509Certificate2Collection _authorities = [];

    /// <summary>Reads the authorities.</summary>
    /// <exception cref="InvalidOperationException">The file cannot be read, or holds no certificate.</exception>
    public ClientCertificateTrust(GatewayOptions options)
    {
        try
        {
            _authorities.ImportFromPemFile(options.ClientCertificateAuthorities!);
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"Gateway:ClientCertificateAuthorities {options.ClientCertificateAuthorities} cannot be read.", fault);
        }

        if (_authorities.Count == 0)
        {
            throw new InvalidOperationException($"Gateway:ClientCertificateAuthorities {options.ClientCertificateAuthorities} holds no certificate in PEM.");
        }
    }

    /// <summary>Whether to believe it.</summary>
    public bool Accepts(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.ApplicationPolicy.Add(ClientAuthentication);

        // A private authority rarely has a place where revocations can be asked for; whoever is to be shut out is disabled as a principal.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(certificate);
    }
}
