using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace CommandBroker.Silo.Clustering;

/// <summary>
/// Listens for gateways, and leaves the port for silos, whose probes notice silence, to Orleans. A silo must notice a lost gateway as soon as that gateway does: until then
/// it keeps for the lost connection what the gateway asks of it through another silo.
/// </summary>
/// <param name="gatewayPort">The silo's port for gateways.</param>
/// <param name="silence">After how long a connection ends whose gateway is not heard of.</param>
/// <param name="others">For all other ports.</param>
/// <param name="logs">For Kestrel's part of the connections.</param>
internal sealed class GatewayListeners(int gatewayPort, TimeSpan silence, IConnectionListenerFactory others, ILoggerFactory logs) : IConnectionListenerFactory
{
    private readonly SocketTransportFactory _gateways = new(
        Options.Create(new SocketTransportOptions
        {
            MaxReadBufferSize = SiloConnector.Unlimited,
            MaxWriteBufferSize = SiloConnector.Unlimited,
            CreateBoundListenSocket = endpoint => Bind(endpoint, silence),
        }),
        logs);

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        (endpoint is IPEndPoint { Port: int port } && port == gatewayPort ? _gateways : others).BindAsync(endpoint, cancellationToken);

    private static Socket Bind(EndPoint endpoint, TimeSpan silence)
    {
        Socket socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        try
        {
            socket.CloseAtOnce();
            socket.LimitSilence(silence);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
