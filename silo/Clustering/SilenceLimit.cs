using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace CommandBroker.Silo.Clustering;

/// <summary>Makes the kernel end a connection whose other end has not been heard of for a time. By itself it sends again for a quarter of an hour, and Orleans waits with it.</summary>
internal static class SilenceLimit
{
    // IPPROTO_TCP and TCP_USER_TIMEOUT of Linux (tcp(7)); .NET has no name for the latter.
    private const int TcpLevel = 6;
    private const int UserTimeoutOption = 18;

    // A quiet connection is asked at this fraction of the time, so that the last question falls due when the time is up.
    private const int Questions = 4;

    /// <summary>Sets the limit; sockets that a listening one accepts have it as well.</summary>
    /// <param name="socket">A TCP socket.</param>
    /// <param name="timeout">
    /// How long what was sent may remain without a sign of its arrival, to the millisecond; and how long a connection on which nothing was sent may remain without a sign of the
    /// other end, to the second and 4 s at least where the system is not Linux. There the former is left as the system has it.
    /// </param>
    public static void LimitSilence(this Socket socket, TimeSpan timeout)
    {
        int seconds = Math.Max(1, (int)timeout.TotalSeconds / Questions);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, seconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, seconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Questions - 1);
        if (OperatingSystem.IsLinux())
        {
            // With this the kernel no longer counts the questions: unanswered ones end a quiet connection when the time is up.
            int milliseconds = (int)timeout.TotalMilliseconds;
            socket.SetRawSocketOption(TcpLevel, UserTimeoutOption, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in milliseconds)));
        }
    }

    /// <summary>Closes without a wait for what was not sent yet, as Orleans' own sockets do: nobody would read it.</summary>
    public static void CloseAtOnce(this Socket socket) => socket.LingerState = new LingerOption(enable: true, seconds: 0);
}
