using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Grains;
using Xunit;

namespace CommandBroker.Gateway.Tests;

/// <summary>Measures memory, so nothing may run beside it.</summary>
[CollectionDefinition(nameof(MadeUpIdTests), DisableParallelization = true)]
[Collection(nameof(MadeUpIdTests))]
public sealed class MadeUpIdTests
{
    [Fact]
    public async Task Twenty_thousand_polls_for_made_up_and_foreign_ids_wake_nothing_and_leave_nothing()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains =>
        {
            grains.Identity.AddToken("bound", grains.Identity.AddPrincipal("bound", Roles.Agent, serverId: "srv-own"));
            grains.Register("srv-own");
            grains.Register("theirs/srv-foreign");
        });
        SourceServerCache cache = host.Cache;
        for (int number = 0; number < 200; number++)
        {
            await host.SendAsync("GET", $"/v3/sources/warm-{number}/command", token: FakeIdentity.AgentToken);
        }

        long before = GC.GetTotalMemory(forceFullCollection: true);
        await Parallel.ForEachAsync(Enumerable.Range(0, 20_000), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (number, _) =>
        {
            string id = number % 2 == 0 ? "srv-foreign" : $"made-up-{number}";
            Assert.Equal(404, (await host.SendAsync("GET", $"/v3/sources/{id}/command", token: number % 4 == 0 ? "bound" : FakeIdentity.AgentToken)).Status);
        });
        host.Grains.DirectoryGrain.Calls.Clear();
        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.Equal((0, 0), (host.Grains.ReferenceCount, cache.Count));
        Assert.InRange(grown, long.MinValue, 2_000_000);
        Assert.Empty(host.Grains.Servers["theirs/srv-foreign"].Calls);
    }
}
