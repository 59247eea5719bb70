using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace CommandBroker.Silo.Tests.Clustering;

/// <summary>What the kernel says of a connection's socket.</summary>
internal sealed record SocketLimits
{
    /// <summary>TCP_USER_TIMEOUT; null where it is not read.</summary>
    public required TimeSpan? UserTimeout { get; init; }

    public required bool IsKeptAlive { get; init; }

    public required TimeSpan KeepAliveTime { get; init; }

    public required TimeSpan KeepAliveInterval { get; init; }

    public required bool ClosesAtOnce { get; init; }

    public static SocketLimits Of(ConnectionContext connection)
    {
        Socket socket = connection.Features.Get<IConnectionSocketFeature>()!.Socket;
        return new SocketLimits
        {
            UserTimeout = OperatingSystem.IsLinux() ? UserTimeoutOf(socket) : null,
            IsKeptAlive = Option(socket, SocketOptionLevel.Socket, SocketOptionName.KeepAlive) != 0,
            KeepAliveTime = TimeSpan.FromSeconds(Option(socket, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime)),
            KeepAliveInterval = TimeSpan.FromSeconds(Option(socket, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval)),
            ClosesAtOnce = socket.LingerState is { Enabled: true, LingerTime: 0 },
        };
    }

    private static TimeSpan UserTimeoutOf(Socket socket)
    {
        // IPPROTO_TCP, TCP_USER_TIMEOUT.
        int milliseconds = 0;
        socket.GetRawSocketOption(6, 18, MemoryMarshal.AsBytes(new Span<int>(ref milliseconds)));
        return TimeSpan.FromMilliseconds(milliseconds);
    }

    private static int Option(Socket socket, SocketOptionLevel level, SocketOptionName name) => (int)socket.GetSocketOption(level, name)!;
}
