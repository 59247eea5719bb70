using System.Net.Sockets;
using System.Text;
using Xunit;

namespace CommandBroker.Gateway.Tests;

/// <summary>Over a socket of its own: a client library writes methods that it knows in capitals.</summary>
public sealed class MethodCaseTests
{
    [Theory]
    [InlineData("get", "/v3/sources/s1/command", "GET")]
    [InlineData("Get", "/v1/sms/sources/s1/command", "GET")]
    [InlineData("post", "/v3/sources/s1/command_result", "POST")]
    [InlineData("get", "/v3", "GET")]
    [InlineData("get", "/", "GET")]
    [InlineData("get", "/v3/sources/s1", "GET, PUT, DELETE")]
    [InlineData("delete", "/v3/sources/s1", "GET, PUT, DELETE")]
    [InlineData("post", "/v3/sources/delete", "POST")]
    [InlineData("get", "/livez", "GET, HEAD")]
    [InlineData("head", "/readyz", "GET, HEAD")]
    [InlineData("post", "/api/v1/commands", "POST")]
    [InlineData("get", "/api/v1/sources/s1/commands", "GET, POST")]
    [InlineData("get", "/api/v1/audit", "GET")]
    [InlineData("get", "/v3/auth/domains", "GET")]
    [InlineData("delete", "/v3/auth/tokens", "GET, HEAD, POST, DELETE")]
    public async Task A_method_counts_in_its_own_case_only(string method, string path, string allow)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        using var client = new TcpClient();
        await client.ConnectAsync(host.Uri.Host, host.Uri.Port);
        const string body = """{"command_name":"START","result":"success","result_detail":""}""";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"{method} {path} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {FakeIdentity.AgentToken}\r\nConnection: close\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {body.Length}\r\n\r\n{body}"));

        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        string answer = await reader.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 405 ", answer, StringComparison.Ordinal);
        Assert.Contains($"\r\nAllow: {allow}\r\n", answer, StringComparison.Ordinal);
        Assert.Empty(host.Grains.Servers["s1"].Calls);
    }
}
