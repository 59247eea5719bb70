using CommandBroker.Contracts;
using Xunit;

namespace CommandBroker.Gateway.Tests;

/// <summary>A source server that was deleted through another gateway leaves this one's memory with the first call that finds out.</summary>
public sealed class StaleSourceServerTests
{
    [Theory]
    [InlineData("GET", "commands", null)]
    [InlineData("POST", "commands", """{"command_name":"START"}""")]
    [InlineData("GET", "commands/17", null)]
    [InlineData("POST", "commands/17/cancel", null)]
    [InlineData("POST", "commands/17/redrive", null)]
    [InlineData("GET", "history", null)]
    [InlineData("GET", "settings", null)]
    [InlineData("PUT", "settings", "{}")]
    public async Task Every_management_call_forgets_a_source_server_that_is_gone(string method, string path, string? body)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        await host.OperateAsync("GET", "/api/v1/sources/s1/commands");
        Assert.Equal(1, host.Cache.Count);
        host.Grains.Servers["s1"].Failure = new BrokerException(BrokerErrorReason.UnknownSourceServer, "It is not registered.");

        (await host.OperateAsync(method, "/api/v1/sources/s1/" + path, body)).IsProblem(404, "unknown_source_server");

        Assert.Equal(0, host.Cache.Count);
    }
}
