using System.Net;
using System.Net.Sockets;

namespace CommandBroker.Testing;

/// <summary>Ports for servers that tests start.</summary>
public static class FreePort
{
    // Below those that Linux gives to outgoing connections (32768 and up) and those that silos and cluster.sh choose for themselves (20,000 and up):
    // one of these could take the port before its server listens.
    private const int First = 10_000;
    private const int End = 20_000;

    private static uint _last = (uint)Random.Shared.Next(End - First);

    /// <summary>A port that nobody listens on now, and that no other caller in this process is given.</summary>
    public static int Next()
    {
        while (true)
        {
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, First + (int)(Interlocked.Increment(ref _last) % (End - First)));
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
