using System.Net;
using CommandBroker.Client;
using CommandBroker.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>Where queues live after the gateway whose calls made them was replaced by one that sends them elsewhere.</summary>
[Collection(LocalCluster.OneAtATime)]
public sealed class QueueMovesTests : IAsyncLifetime
{
    private const int ServerCount = 24;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly string _directory = LocalCluster.NewDirectory();
    private readonly LocalCluster _cluster;

    public QueueMovesTests() => _cluster = new LocalCluster(_directory) { Settings = [("Silo__QueueStay", "00:00:01")] };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _cluster.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [HAProxyFact]
    public async Task Queues_move_to_the_silo_where_their_calls_come_in_with_all_that_is_in_them()
    {
        await _cluster.RunAsync("up", "2", "1");
        IPEndPoint[] silos = await _cluster.SilosAsync();
        int[] ports = await PortsAsync();
        string[] servers = [.. Enumerable.Range(1, ServerCount).Select(i => $"web-{i}")];
        using IHost former = await LocalCluster.StartToolAsync(silos[0]);
        foreach (string server in servers)
        {
            await former.Services.GetRequiredService<ISourceServerClient>().RegisterAsync(new RegisterCall { ServerId = server, Name = "web", OsType = "LINUX" });
            await former.Services.GetRequiredService<ICommandBrokerClient>().EnqueueAsync(server, new EnqueueCall { Name = "START", Param = "{}", IdempotencyKey = "first" });
        }

        await CallUntilAllAreInAsync(ports[0], former, servers);
        await former.StopAsync();
        using IHost next = await LocalCluster.StartToolAsync(silos[1]);
        await CallUntilAllAreInAsync(ports[1], next, servers);
        await next.StopAsync();
    }

    private static async Task CallUntilAllAreInAsync(int port, IHost tool, string[] servers)
    {
        ICommandBrokerClient commands = tool.Services.GetRequiredService<ICommandBrokerClient>();
        using var deadline = new CancellationTokenSource(Deadline);
        while ((await WhereAsync(tool, servers)).Any(silo => silo != port))
        {
            deadline.Token.ThrowIfCancellationRequested();
            for (int round = 0; round < 10; round++)
            {
                IEnumerable<Task<QueueView>> views = servers.Select(server => commands.ListAsync(server));
                Assert.All(await Task.WhenAll(views), view => Assert.Equal("START", Assert.Single(view.Commands).Name));
            }
        }
    }

    /// <summary>The port between silos of each of these queues' silos.</summary>
    private static async Task<int[]> WhereAsync(IHost tool, string[] servers)
    {
        IGrainFactory grains = tool.Services.GetRequiredService<IGrainFactory>();
        IManagementGrain management = grains.GetGrain<IManagementGrain>(0);
        IEnumerable<Task<SiloAddress?>> addresses = servers.Select(async server =>
            await management.GetActivationAddress(grains.GetGrain<ISourceServerGrain>(server)));
        return [.. (await Task.WhenAll(addresses)).Select(silo => silo?.Endpoint.Port ?? 0)];
    }

    /// <summary>The ports between silos, in the order of their names.</summary>
    private async Task<int[]> PortsAsync() =>
    [
        .. (await _cluster.StatusAsync()).Where(process => process.GetProperty("role").GetString() == "silo")
            .Select(silo => silo.GetProperty("ports").GetProperty("silo").GetInt32()),
    ];
}
