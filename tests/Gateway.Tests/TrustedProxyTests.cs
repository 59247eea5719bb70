using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class TrustedProxyTests
{
    private const string SignIn = """{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u","password":"p"}}}}}""";

    [Theory]
    [InlineData(null, "203.0.113.7", "127.0.0.1")]
    [InlineData("192.0.2.0/24", "203.0.113.7", "127.0.0.1")]
    [InlineData("127.0.0.1", "203.0.113.7", "203.0.113.7")]
    [InlineData("127.0.0.0/8, 198.51.100.0/24", "203.0.113.7, 198.51.100.3", "203.0.113.7")]
    [InlineData("127.0.0.0/8", "203.0.113.7, 198.51.100.3", "198.51.100.3")]
    [InlineData("127.0.0.1", "nonsense", "127.0.0.1")]
    public async Task Client_address_comes_from_trusted_proxies_alone(string? trusted, string forwarded, string expected)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(settings: new() { ["Gateway:TrustedProxies"] = trusted });
        await host.SendAsync("POST", "/v3/auth/tokens", SignIn, token: null, headers: ("X-Forwarded-For", forwarded));
        Assert.Equal(expected, host.Grains.Identity.LastSignIn!.RemoteAddress);
    }

    [Fact]
    public async Task Host_stays_as_it_came()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(settings: new() { ["Gateway:TrustedProxies"] = "127.0.0.1" });
        Answer answer = await host.SendAsync(
            "GET", "/v3/auth/domains", headers: [("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https")]);
        string self = answer.Json.GetProperty("links").GetProperty("self").GetString()!;
        Assert.Equal($"https://{host.Uri.Authority}/v3/auth/domains", self);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("0.0.0.0/0")]
    [InlineData("10.0.0.0/33")]
    public async Task Network_that_is_none_or_everybody_stops_the_start(string trusted)
    {
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => GatewayHost.StartAsync(settings: new() { ["Gateway:TrustedProxies"] = trusted }));
        Assert.Contains("Gateway:TrustedProxies", refused.Message, StringComparison.Ordinal);
    }
}
