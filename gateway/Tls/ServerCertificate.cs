using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CommandBroker.Gateway.Diagnostics;

namespace CommandBroker.Gateway.Tls;

/// <summary>
/// The certificate of the settings, read again when its files change: a renewed one counts for the next connection, without a restart and without
/// ending a connection. While the new files do not fit each other the old certificate stays.
/// </summary>
internal sealed class ServerCertificate
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly string _keyPath;
    private readonly TimeProvider _clock;
    private readonly ILogger<ServerCertificate> _log;
    private (DateTime Certificate, DateTime Key) _tried;
    private long _checkedAt;
    private volatile SslStreamCertificateContext _current;

    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidOperationException">A file cannot be read, or the key does not belong to the certificate.</exception>
    public ServerCertificate(GatewayOptions options, TimeProvider clock, ILogger<ServerCertificate> log)
    {
        _path = options.CertificatePath!;
        _keyPath = options.CertificateKeyPath is { Length: > 0 } key ? key : _path;
        _clock = clock;
        _log = log;
        _tried = Stamp();
        _checkedAt = clock.GetTimestamp();
        try
        {
            _current = Read();
        }
        catch (Exception fault) when (IsOfTheFiles(fault))
        {
            throw new InvalidOperationException($"Gateway:CertificatePath {_path} with Gateway:CertificateKeyPath {_keyPath} cannot be used.", fault);
        }
    }

    /// <summary>The certificate with what leads to its root, for a connection that begins now.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            // One looks at the files, the others do not wait for it.
            if (_clock.GetElapsedTime(Volatile.Read(ref _checkedAt)) >= CheckInterval && _gate.TryEnter())
            {
                try
                {
                    Refresh();
                }
                finally
                {
                    _gate.Exit();
                }
            }

            return _current;
        }
    }

    private void Refresh()
    {
        Volatile.Write(ref _checkedAt, _clock.GetTimestamp());
        (DateTime, DateTime) now = Stamp();
        if (now == _tried)
        {
            return;
        }

        _tried = now;
        try
        {
            // The one before is not disposed of: connections that begin at this moment have it.
            _current = Read();
            _log.CertificateRead(_path, _current.TargetCertificate.NotAfter);
        }
        catch (Exception fault) when (IsOfTheFiles(fault))
        {
            _log.CertificateNotRead(fault, _path);
        }
    }

    private (DateTime, DateTime) Stamp() => (File.GetLastWriteTimeUtc(_path), File.GetLastWriteTimeUtc(_keyPath));

    private SslStreamCertificateContext Read()
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_path);
        return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(_path, _keyPath), chain, offline: true);
    }

    private static bool IsOfTheFiles(Exception fault) => fault is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;
}
