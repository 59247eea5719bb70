using CommandBroker.Contracts;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class RouteTests
{
    [Theory]
    [InlineData("GET", "/nothing")]
    [InlineData("POST", "/v3/nothing")]
    [InlineData("GET", "/v3/sources/s1/commands")]
    [InlineData("GET", "/v1/sms/sources")]
    [InlineData("GET", "/favicon.ico")]
    [InlineData("GET", "/api/v2")]
    public async Task Unknown_route_is_answered_in_the_vendors_shape(string method, string path)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        (await host.SendAsync(method, path)).IsVendorError(404, "APIGW.0101");
    }

    [Theory]
    [InlineData("PATCH", "/v3/sources", "GET,POST")]
    [InlineData("POST", "/v3/sources/s1", "DELETE,GET,PUT")]
    [InlineData("GET", "/v3/sources/delete", "POST")]
    [InlineData("POST", "/", "GET")]
    [InlineData("DELETE", "/v3", "GET")]
    [InlineData("POST", "/livez", "GET,HEAD")]
    [InlineData("OPTIONS", "/v3/sources", "GET,POST")]
    public async Task Wrong_method_names_the_right_ones(string method, string path, string allowed)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        Answer answer = (await host.SendAsync(method, path)).IsVendorError(405, "APIGW.0101");
        Assert.Equal(allowed, string.Join(',', answer.ContentHeaders.Allow.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Versions_are_told_without_a_token()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        Assert.Equal("v3", (await host.SendAsync("GET", "/", token: null)).IsStamped().Json.GetProperty("versions")[0].GetProperty("id").GetString());
        Assert.Equal("v3", (await host.SendAsync("GET", "/v3", token: null)).IsStamped().Json.GetProperty("version").GetProperty("id").GetString());
    }

    [Fact]
    public async Task Ready_when_the_store_answers()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        Assert.Equal(200, (await host.SendAsync("GET", "/readyz", token: null)).Status);
    }

    [Fact]
    public async Task Not_ready_says_what_is_missing_while_the_process_lives()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(settings: new() { ["Gateway:ReadyTimeout"] = "00:00:00.1" });
        host.Grains.DirectoryGrain.Ping = () => ValueTask.FromException(new BrokerException(BrokerErrorReason.StorageUnavailable, "Full."));
        Answer answer = await host.SendAsync("GET", "/readyz", token: null);
        Assert.Equal((503, "storage"), (answer.Status, answer.Json.GetProperty("missing").GetString()));

        host.Grains.DirectoryGrain.Ping = () => new ValueTask(new TaskCompletionSource().Task);
        do
        {
            answer = await host.SendAsync("GET", "/readyz", token: null);
            Assert.Equal(503, answer.Status);
        }
        while (answer.Json.GetProperty("missing").GetString() != "silo");

        Assert.Equal(200, (await host.SendAsync("GET", "/livez", token: null)).Status);
    }

    [Fact]
    public async Task Request_ids_differ()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        var ids = new HashSet<string?>();
        for (int number = 0; number < 20; number++)
        {
            ids.Add((await host.SendAsync("GET", "/v3", token: null)).Header("X-Request-Id"));
        }

        Assert.Equal(20, ids.Count);
    }
}
