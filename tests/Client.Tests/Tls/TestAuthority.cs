using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CommandBroker.Client.Tests.Tls;

/// <summary>An authority and what it issues, as the directories that processes of a cluster are given.</summary>
internal sealed class TestAuthority : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-authority-").FullName;
    private readonly X509Certificate2 _authority = Create();
    private int _serial;

    /// <summary>Writes <c>tls.crt</c>, <c>tls.key</c> and <c>ca.crt</c>, over what is there.</summary>
    /// <returns>The directory.</returns>
    public string Issue(string name, int endsInDays = 10, bool forServers = true, bool forClients = true)
    {
        string directory = Directory.CreateDirectory(Path.Combine(_directory, name)).FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        OidCollection uses = [];
        if (forServers)
        {
            uses.Add(new Oid(ServerUse));
        }

        if (forClients)
        {
            uses.Add(new Oid(ClientUse));
        }

        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(uses, critical: false));
        using X509Certificate2 issued = request.Create(
            _authority, DateTimeOffset.UtcNow.AddDays(-20), DateTimeOffset.UtcNow.AddDays(endsInDays), BitConverter.GetBytes(++_serial));
        File.WriteAllText(Path.Combine(directory, "tls.crt"), issued.ExportCertificatePem());
        File.WriteAllText(Path.Combine(directory, "tls.key"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(directory, "ca.crt"), _authority.ExportCertificatePem());
        return directory;
    }

    /// <summary>The certificate and the key of a directory as somebody shows them who does not ask whether he will be believed.</summary>
    public static X509Certificate2 Load(string directory) =>
        X509Certificate2.CreateFromPemFile(Path.Combine(directory, "tls.crt"), Path.Combine(directory, "tls.key"));

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static X509Certificate2 Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=authority {Guid.NewGuid():n}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(30));
    }
}
