using System.Net;
using System.Net.Sockets;

namespace CommandBroker.Storage.Tests;

/// <summary>What takes connections as a database does, and says nothing.</summary>
internal sealed class SilentServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public SilentServer() => _listener.Start();

    public string ConnectionString => $"Host=127.0.0.1;Port={((IPEndPoint)_listener.LocalEndpoint).Port};Username=broker";

    public Task<Socket> AcceptAsync() => _listener.AcceptSocketAsync();

    /// <summary>Reads until the other end has closed the connection, one way or the other.</summary>
    public static async Task ReadToEndAsync(Socket connected)
    {
        byte[] buffer = new byte[1024];
        try
        {
            while (await connected.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(30)) > 0)
            {
                // What was said before.
            }
        }
        catch (SocketException)
        {
            // Reset.
        }
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }
}
