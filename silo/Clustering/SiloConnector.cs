using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace CommandBroker.Silo.Clustering;

/// <summary>Opens a gateway's connections to silos, in place of Orleans' own factory, which lets nobody at its sockets.</summary>
/// <param name="silence">After how long a connection ends whose silo is not heard of.</param>
/// <param name="logs">For Kestrel's part of the connection.</param>
internal sealed class SiloConnector(TimeSpan silence, ILoggerFactory logs) : IConnectionFactory, IDisposable
{
    /// <summary>
    /// How many bytes may wait in a connection: any number, as with Orleans' own. What Orleans still waits to write when a connection ends it sends again; with a limit part of that
    /// may have left already, and would be carried out twice.
    /// </summary>
    public const long Unlimited = 0;

    private readonly SocketConnectionContextFactory _connections = new(
        new SocketConnectionFactoryOptions { MaxReadBufferSize = Unlimited, MaxWriteBufferSize = Unlimited },
        logs.CreateLogger<SiloConnector>());

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.CloseAtOnce();
            socket.LimitSilence(silence);
            await socket.ConnectAsync(endpoint, cancellationToken);
            return _connections.Create(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connections.Dispose();
}
