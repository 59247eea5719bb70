using System.Net.Sockets;
using System.Text;
using Xunit;

namespace CommandBroker.Gateway.Tests;

/// <summary>What Kestrel refuses before any route runs: as docs/protocol.md says it.</summary>
public sealed class WebServerRefusalTests
{
    private const string Host = "Host: x\r\n";

    [Theory]
    [InlineData("hello\r\n\r\n", 400)]
    [InlineData("GET /v3 HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /v3 HTTP/1.1\r\n" + Host + Host + "\r\n", 400)]
    [InlineData("GET /v3/sources/%00/command HTTP/1.1\r\n" + Host + "\r\n", 400)]
    [InlineData("POST /v3/sources/s1/command_result HTTP/1.1\r\n" + Host + "Content-Length: x\r\n\r\n", 400)]
    [InlineData("GET /v3 HTTP/3.0\r\n" + Host + "\r\n", 505)]
    public async Task A_request_that_is_no_HTTP_is_refused_without_a_body(string request, int status) => await RefusesAsync(request, status);

    [Fact]
    public async Task Header_lines_that_are_too_long_or_too_many_are_refused_without_a_body()
    {
        await RefusesAsync($"GET /v3 HTTP/1.1\r\n{Host}X-Long: {new string('a', 33_000)}\r\n\r\n", 431);
        await RefusesAsync($"GET /v3 HTTP/1.1\r\n{Host}{string.Concat(Enumerable.Range(0, 101).Select(number => $"X-{number}: a\r\n"))}\r\n", 431);
    }

    [Fact]
    public Task A_request_line_that_is_too_long_is_refused_without_a_body() =>
        RefusesAsync($"GET /v3?{new string('a', 8_192)} HTTP/1.1\r\n{Host}\r\n", 414);

    [Fact]
    public Task Header_lines_that_do_not_come_are_refused_without_a_body() =>
        RefusesAsync($"GET /v3 HTTP/1.1\r\n{Host}", 408, new() { ["Gateway:HeadersTimeout"] = "00:00:00.1" });

    private static async Task RefusesAsync(string request, int status, Dictionary<string, string?>? settings = null)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"), settings);
        using var client = new TcpClient();
        await client.ConnectAsync(host.Uri.Host, host.Uri.Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request));

        // To the end of the connection: it is closed.
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
        string answer = await reader.ReadToEndAsync();

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Length: 0\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Request-Id", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(host.Grains.Servers["s1"].Calls);
    }
}
