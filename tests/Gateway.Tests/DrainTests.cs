using CommandBroker.Gateway.Health;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CommandBroker.Gateway.Tests;

/// <summary>What a process says that is about to stop.</summary>
public sealed class DrainTests
{
    [Fact]
    public async Task A_process_that_is_about_to_stop_is_not_ready_and_lives()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        Assert.Equal(200, (await host.SendAsync("GET", "/readyz", token: null)).Status);

        host.Services.GetRequiredService<Drain>().Begin();

        Answer ready = await host.SendAsync("GET", "/readyz", token: null);
        Assert.Equal((503, """{"status":"draining"}"""), (ready.Status, ready.Body));
        Assert.Equal(200, (await host.SendAsync("GET", "/livez", token: null)).Status);
    }
}
