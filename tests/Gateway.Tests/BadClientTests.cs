using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace CommandBroker.Gateway.Tests;

/// <summary>Clients that a well-behaved library cannot play: raw sockets.</summary>
public sealed class BadClientTests
{
    private const string Head = "POST /v3/sources/s1/command_result HTTP/1.1\r\nHost: x\r\nX-Auth-Token: agent-token\r\nContent-Type: application/json\r\n";

    [Fact]
    public async Task Body_that_is_cut_in_the_middle_is_refused()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        string answer = await TalkAsync(host, Head + "Content-Length: 100\r\n\r\n{\"command_name\":\"STA", endSending: true);
        Assert.True(answer.Length == 0 || answer.Contains("SMS.6013", StringComparison.Ordinal), answer);
        Assert.Empty(host.Grains.Servers["s1"].Calls);
        Assert.Equal(200, (await host.SendAsync("GET", "/v3/sources/s1/command")).Status);
    }

    [Theory]
    [InlineData("Content-Length: 104857600\r\n\r\n")]
    [InlineData("Content-Length: 9223372036854775807\r\n\r\n")]
    public async Task Announced_100_MB_are_refused_without_reading_them(string rest)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        string answer = await TalkAsync(host, Head + rest);
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("SMS.6014", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Streamed_100_MB_are_refused_after_the_limit()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        using Socket client = await ConnectAsync(host);
        await client.SendAsync(Encoding.ASCII.GetBytes(Head + "Transfer-Encoding: chunked\r\n\r\n"));
        byte[] chunk = [.. "10000\r\n"u8, .. new byte[0x10000], .. "\r\n"u8];
        int sentChunks = 0;
        try
        {
            for (; sentChunks < 1_600; sentChunks++)
            {
                await client.SendAsync(chunk);
            }
        }
        catch (SocketException)
        {
            // The broker has closed: just what is wanted.
        }

        Assert.InRange(sentChunks, 1, 1_599);
        Assert.Empty(host.Grains.Servers["s1"].Calls);
        Assert.Equal(200, (await host.SendAsync("GET", "/v3/sources/s1/command")).Status);
    }

    [Fact]
    public async Task Ten_thousand_header_lines_are_refused()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        var request = new StringBuilder("GET /v3/sources/s1/command HTTP/1.1\r\nHost: x\r\nX-Auth-Token: agent-token\r\n");
        for (int number = 0; number < 10_000; number++)
        {
            request.Append("A").Append(number).Append(": b\r\n");
        }

        string answer = await TalkAsync(host, request.Append("\r\n").ToString());
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 431", StringComparison.Ordinal), answer);
        Assert.Empty(host.Grains.Servers["s1"].Calls);
        Assert.Equal(200, (await host.SendAsync("GET", "/v3/sources/s1/command")).Status);
    }

    [Theory]
    [InlineData(31_000, "HTTP/1.1 200")]
    [InlineData(33_000, "HTTP/1.1 431")]
    public async Task Headers_may_have_32_KiB_in_all(int bytes, string status)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        string padding = string.Concat(Enumerable.Range(0, 4).Select(number => $"A{number}: {new string('a', bytes / 4)}\r\n"));
        string answer = await TalkAsync(
            host, "GET /v3/sources/s1/command HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Auth-Token: agent-token\r\n" + padding + "\r\n");
        Assert.StartsWith(status, answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /v3/sources/s1/command HTTP/1.1\r\nHost:")]
    [InlineData(Head + "Content-Length: 100\r\n\r\n{")]
    public async Task Slow_client_is_cut(string beginning)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains => grains.Register("s1"),
            new()
            {
                ["Gateway:HeadersTimeout"] = "00:00:00.2",
                ["Gateway:BodyGracePeriod"] = "00:00:01.2",
                ["Gateway:MinBodyBytesPerSecond"] = "1000000",
            });
        // Ends only when the broker closes; a broker that waits for ever fails this by its deadline.
        string answer = await TalkAsync(host, beginning);
        Assert.DoesNotContain("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Empty(host.Grains.Servers["s1"].Calls);
    }

    private static async Task<Socket> ConnectAsync(GatewayHost host)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, host.Uri.Port);
        return client;
    }

    /// <summary>Sends and reads until the broker closes.</summary>
    private static async Task<string> TalkAsync(GatewayHost host, string request, bool endSending = false)
    {
        using Socket client = await ConnectAsync(host);
        using var deadline = new CancellationTokenSource(GatewayHost.Deadline);
        var answer = new StringBuilder();
        try
        {
            await client.SendAsync(Encoding.ASCII.GetBytes(request), deadline.Token);
            if (endSending)
            {
                client.Shutdown(SocketShutdown.Send);
            }

            byte[] buffer = new byte[4_096];
            int count;
            while ((count = await client.ReceiveAsync(buffer, deadline.Token)) > 0)
            {
                answer.Append(Encoding.UTF8.GetString(buffer, 0, count));
            }
        }
        catch (SocketException)
        {
            // Closed by the broker with unread data: what was read before counts.
        }

        return answer.ToString();
    }
}
