using System.Collections.Concurrent;
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

    // The ports given out stay locked until this process ends, however it ends: several test processes run at once, and what one is given may
    // listen only seconds later.
    private static readonly ConcurrentBag<FileStream> Taken = [];
    private static readonly string Locks = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "commandbroker-test-ports")).FullName;

    private static uint _last = (uint)Random.Shared.Next(End - First);

    /// <summary>A port that nobody listens on now, and that no other caller is given while this process lives.</summary>
    public static int Next()
    {
        while (true)
        {
            int port = First + (int)(Interlocked.Increment(ref _last) % (End - First));
            if (IsFree(port) && TryTake(port))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }

    private static bool TryTake(int port)
    {
        try
        {
            Taken.Add(new FileStream(Path.Combine(Locks, $"{port}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
