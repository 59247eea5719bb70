using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>Something that looks like a gateway to a balancer: ready, and every other request is kept as it came and answered as the test says.</summary>
internal sealed class StubGateway : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly string? _answer;
    private readonly Task _answering;
    private readonly Func<string, bool> _isHeld;

    /// <param name="answer">The whole answer to a request that is not <c>/readyz</c>; null breaks the connection off, as a gateway does that dies.</param>
    /// <param name="answering">What it waits for before it answers any; null: for nothing.</param>
    /// <param name="isHeld">Whether a request, by its head, waits for that; null: each does.</param>
    public StubGateway(string? answer, Task? answering = null, Func<string, bool>? isHeld = null)
    {
        (_answer, _answering, _isHeld) = (answer, answering ?? Task.CompletedTask, isHeld ?? (_ => true));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The heads of the requests as they came.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            NetworkStream stream = client.GetStream();
            string head = "";
            byte[] buffer = new byte[65_536];
            while (!head.Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                int count = await stream.ReadAsync(buffer, _stop.Token);
                if (count == 0)
                {
                    return;
                }

                head += Encoding.Latin1.GetString(buffer, 0, count);
            }

            bool isCheck = head.StartsWith("GET /readyz ", StringComparison.Ordinal);
            if (!isCheck)
            {
                Requests.Enqueue(head);
                await (_isHeld(head) ? _answering : Task.CompletedTask).WaitAsync(_stop.Token);
            }

            if ((isCheck ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" : _answer) is { } answer)
            {
                await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), _stop.Token);
            }
        }
    }
}
