using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using CommandBroker.Client.Tls;
using CommandBroker.Gateway.Diagnostics;

namespace CommandBroker.Gateway.Tls;

/// <summary>
/// The certificate of the settings, read again when its files change: a renewed one counts for the next connection, without a restart and without
/// ending a connection. While the new files do not fit each other the old certificate stays.
/// </summary>
internal sealed class ServerCertificate
{
    private readonly string _path;
    private readonly string _keyPath;
    private readonly ReloadedFiles<SslStreamCertificateContext> _files;

    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidOperationException">A file cannot be read, or the key does not belong to the certificate.</exception>
    public ServerCertificate(GatewayOptions options, TimeProvider clock, ILogger<ServerCertificate> log)
    {
        _path = options.CertificatePath!;
        _keyPath = options.CertificateKeyPath is { Length: > 0 } key ? key : _path;
        try
        {
            _files = new ReloadedFiles<SslStreamCertificateContext>(
                [_path, _keyPath], Read, read => log.CertificateRead(_path, read.TargetCertificate.NotAfter), fault => log.CertificateNotRead(fault, _path), clock);
        }
        catch (Exception fault) when (ReloadedFiles<SslStreamCertificateContext>.IsOfTheFiles(fault))
        {
            throw new InvalidOperationException($"Gateway:CertificatePath {_path} with Gateway:CertificateKeyPath {_keyPath} cannot be used.", fault);
        }
    }

    /// <summary>The certificate with what leads to its root, for a connection that begins now.</summary>
    public SslStreamCertificateContext Current => _files.Current;

    private SslStreamCertificateContext Read()
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_path);
        return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(_path, _keyPath), chain, offline: true);
    }
}
