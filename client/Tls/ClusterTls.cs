using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace CommandBroker.Client.Tls;

/// <summary>
/// Lets a connection between silos, gateways and grain clients begin only when each end has shown a certificate of the cluster's authority. Stands between the socket
/// and Orleans, which reads no byte of anybody else.
/// </summary>
internal sealed class ClusterTls(ClusterCertificates certificates, ILogger<ClusterTls> log)
{
    // A full handshake takes some milliseconds. Whoever connects and says nothing occupies a socket for this long.
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(5);

    /// <summary>For connections that others open.</summary>
    public void Accept(IConnectionBuilder connections) =>
        connections.Use(next => connection => RunAsync(connection, next, (tls, limit) => tls.AuthenticateAsServerAsync(certificates.Current.ForServer(), limit)));

    /// <summary>For connections that this process opens.</summary>
    public void Connect(IConnectionBuilder connections) =>
        connections.Use(next => connection => RunAsync(connection, next, (tls, limit) => tls.AuthenticateAsClientAsync(certificates.Current.ForClient(), limit)));

    private async Task RunAsync(ConnectionContext connection, ConnectionDelegate next, Func<SslStream, CancellationToken, Task> authenticate)
    {
        IDuplexPipe plain = connection.Transport;
        await using var tls = new SslStream(new DuplexStream(plain.Input.AsStream(leaveOpen: true), plain.Output.AsStream(leaveOpen: true)), leaveInnerStreamOpen: false);
        if (!await IsOfTheClusterAsync(connection, tls, authenticate))
        {
            // Orleans closes a connection that comes back from here.
            return;
        }

        connection.Transport = new TlsPipe(tls);
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = plain;
        }
    }

    private async Task<bool> IsOfTheClusterAsync(ConnectionContext connection, SslStream tls, Func<SslStream, CancellationToken, Task> authenticate)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        limit.CancelAfter(HandshakeTimeout);
        try
        {
            await authenticate(tls, limit.Token);
            return true;
        }
        catch (AuthenticationException refusal)
        {
            log.PeerRefused(connection.RemoteEndPoint, refusal.InnerException?.Message ?? refusal.Message);
        }
        catch (Exception silence) when (silence is IOException or OperationCanceledException or InvalidOperationException)
        {
            // A port that is only looked at, as by DeadSiloSweep or a balancer, comes here as well.
            log.PeerSilent(connection.RemoteEndPoint, silence.Message);
        }

        return false;
    }
}
