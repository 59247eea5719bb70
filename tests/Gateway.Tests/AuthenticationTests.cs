using CommandBroker.Contracts.Identity;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class AuthenticationTests
{
    [Fact]
    public async Task Missing_malformed_and_wrong_tokens_are_refused_before_any_call()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        foreach (string path in (string[])["/v3/sources/s1/command", "/v3/sources/s1", "/v1/sms/sources/s1/command"])
        {
            Assert.Contains("missing", (await host.SendAsync("GET", path, token: null)).IsVendorError(401, "APIGW.0301").Body, StringComparison.Ordinal);
            Assert.Contains("not valid", (await host.SendAsync("GET", path, token: "wrong")).IsVendorError(401, "APIGW.0301").Body, StringComparison.Ordinal);
            Assert.Contains(
                "once",
                (await host.SendAsync("GET", path, token: "")).IsVendorError(401, "APIGW.0301").Body,
                StringComparison.Ordinal);
        }

        Assert.Empty(host.Grains.DirectoryGrain.Calls);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(16_384)]
    public async Task Token_of_any_allowed_length_is_taken(int length)
    {
        string token = new('t', length);
        await using GatewayHost host = await GatewayHost.StartAsync(grains =>
        {
            grains.Register("s1");
            grains.Identity.AddToken(token, grains.Identity.AddPrincipal("long", Roles.Agent));
        });
        Assert.Equal(200, (await host.SendAsync("GET", "/v3/sources/s1/command", token: token)).Status);
        (await host.SendAsync("GET", "/v3/sources/s1/command", token: token[..^1] + "u")).IsVendorError(401, "APIGW.0301");
    }

    [Fact]
    public async Task Token_that_is_too_long_is_malformed()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        (await host.SendAsync("GET", "/v3/sources/s1/command", token: new string('t', 16_385))).IsVendorError(401, "APIGW.0301");
    }

    [Theory]
    [InlineData("GET", "/v3/sources", "sms:server:listServers")]
    [InlineData("DELETE", "/v3/sources/s1", "sms:server:deleteServer")]
    [InlineData("POST", "/v3/sources/delete", "sms:server:deleteServer")]
    public async Task Role_that_lacks_the_action_gets_all_five_fields(string method, string path, string action)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        Answer answer = (await host.SendAsync(method, path)).IsVendorError(403, "SMS.9004");
        Assert.InRange(answer.Json.GetProperty("error_msg").GetString()!.Length, 1, 255);
        Assert.InRange(answer.Json.GetProperty("encoded_authorization_message").GetString()!.Length, 1, 65_535);
        Assert.Equal(action, Assert.Single(answer.Json.GetProperty("error_param").EnumerateArray()).GetString());
        Assert.Equal("SMS.9004", Assert.Single(answer.Json.GetProperty("details").EnumerateArray()).GetProperty("error_code").GetString());
        Assert.Empty(host.Grains.DirectoryGrain.Calls);
    }

    [Fact]
    public async Task Without_credentials_everything_waits_and_says_so()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Identity.Failure = new TimeoutException());
        (await host.SendAsync("GET", "/v3/sources/s1/command")).IsVendorError(503, "SMS.6301");
        (await host.OperateAsync("GET", "/api/v1/sources/s1/commands")).IsProblem(503, "unreachable", transient: true);
        Answer ready = await host.SendAsync("GET", "/readyz", token: null);
        Assert.Equal((503, "credentials"), (ready.Status, ready.Json.GetProperty("missing").GetString()));
        Assert.Equal(200, (await host.SendAsync("GET", "/livez", token: null)).Status);
    }
}
