using System.Net;
using System.Net.Sockets;

namespace CommandBroker.Testing;

/// <summary>Ports for servers that tests start.</summary>
public static class FreePort
{
    // Below those that Linux gives to outgoing connections (32768 and up): one of these could take the port before its server listens.
    private const int First = 20_000;
    private const int End = 32_000;

    /// <summary>A port that nobody listens on now.</summary>
    public static int Next()
    {
        while (true)
        {
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, Random.Shared.Next(First, End));
                probe.Start();
                return ((IPEndPoint)probe.LocalEndpoint).Port;
            }
            catch (SocketException fault) when (fault.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Somebody listens there.
            }
        }
    }
}
