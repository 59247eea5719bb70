using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CommandBroker.Gateway.Tests;

/// <summary>An authority of its own and what it issues, as files in a directory that goes when this does.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-tls-").FullName;
    private readonly X509Certificate2 _authority = CreateAuthority("CN=authority");
    private int _serial;

    public string CertificatePath => Path.Combine(_directory, "server.pem");

    public string KeyPath => Path.Combine(_directory, "server.key");

    public string AuthoritiesPath
    {
        get
        {
            string path = Path.Combine(_directory, "authorities.pem");
            File.WriteAllText(path, _authority.ExportCertificatePem());
            return path;
        }
    }

    /// <summary>A server's certificate into the files.</summary>
    /// <returns>Its SHA-256.</returns>
    public string WriteServer(DateTime writtenAt, bool withKey = true)
    {
        using X509Certificate2 issued = Issue("CN=localhost", "1.3.6.1.5.5.7.3.1", _authority);
        File.WriteAllText(CertificatePath, issued.ExportCertificatePem());
        File.SetLastWriteTimeUtc(CertificatePath, writtenAt);
        if (withKey)
        {
            File.WriteAllText(KeyPath, issued.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
            File.SetLastWriteTimeUtc(KeyPath, writtenAt);
        }

        return issued.GetCertHashString(HashAlgorithmName.SHA256);
    }

    public X509Certificate2 IssueClient(string subject) => Issue(subject, "1.3.6.1.5.5.7.3.2", _authority);

    public X509Certificate2 IssueForeignClient(string subject)
    {
        using X509Certificate2 other = CreateAuthority("CN=other");
        return Issue(subject, "1.3.6.1.5.5.7.3.2", other);
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static X509Certificate2 CreateAuthority(string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
    }

    private X509Certificate2 Issue(string subject, string usage, X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        using X509Certificate2 issued = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(10), BitConverter.GetBytes(++_serial));
        using X509Certificate2 withKey = issued.CopyWithPrivateKey(key);

        // A key that came this way cannot be used by SslStream everywhere; one out of PKCS #12 can.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), password: null);
    }
}
