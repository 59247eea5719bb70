using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CommandBroker.Herd;

/// <summary>One connection that sends a request and reads the answer to its end. HttpClient would cost more than what is measured.</summary>
internal sealed class HttpLine : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    /// <param name="agent">Tells which loopback address to come from: one address has no room for 100,000 connections, and looks long for the last free port.</param>
    public HttpLine(int agent) => _socket.Bind(new IPEndPoint(new IPAddress([127, 1, (byte)(agent / 500 / 250), (byte)(1 + (agent / 500 % 250))]), 0));

    public async Task ConnectAsync(IPEndPoint target, CancellationToken cancellationToken) => await _socket.ConnectAsync(target, cancellationToken);

    /// <exception cref="IOException">The connection ended before the answer did.</exception>
    public async Task<HttpAnswer> CallAsync(string request, CancellationToken cancellationToken)
    {
        await SendAsync(request, cancellationToken);
        return await ReadAsync(cancellationToken);
    }

    public async Task SendAsync(string request, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(2_048);
        try
        {
            int length = Encoding.ASCII.GetBytes(request, buffer);
            await _socket.SendAsync(buffer.AsMemory(0, length), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <exception cref="IOException">The connection ended before the answer did.</exception>
    public async Task<HttpAnswer> ReadAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(2_048);
        try
        {
            int filled = 0;
            while (true)
            {
                int got = await _socket.ReceiveAsync(buffer.AsMemory(filled), cancellationToken);
                if (got == 0)
                {
                    throw new IOException("The connection ended before the answer did.");
                }

                filled += got;
                if (TryRead(Encoding.ASCII.GetString(buffer, 0, filled), out HttpAnswer answer))
                {
                    return answer;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => _socket.Dispose();

    private static bool TryRead(string text, out HttpAnswer answer)
    {
        answer = default;
        int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        string head = text[..end];
        if (NumberAfter(head, "content-length:") is { } length && text.Length < end + 4 + length)
        {
            return false;
        }

        // Chunked, as HAProxy and Kestrel send what they do not measure first.
        if (head.Contains("chunked", StringComparison.OrdinalIgnoreCase) && !text.EndsWith("0\r\n\r\n", StringComparison.Ordinal))
        {
            return false;
        }

        answer = new HttpAnswer(int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture), NumberAfter(head, "retry-after:"), head.Contains("connection: close", StringComparison.OrdinalIgnoreCase));
        return true;
    }

    private static int? NumberAfter(string head, string name)
    {
        int at = head.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return null;
        }

        int end = head.IndexOf('\r', at);
        return int.Parse(head.AsSpan(at + name.Length, (end < 0 ? head.Length : end) - at - name.Length).Trim(), CultureInfo.InvariantCulture);
    }
}
