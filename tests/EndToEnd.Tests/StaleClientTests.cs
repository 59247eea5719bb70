using CommandBroker.Client;
using CommandBroker.Contracts;
using CommandBroker.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>A management tool that goes on with what it knew of a cluster after a silo of it is gone for good.</summary>
[Collection(LocalCluster.OneAtATime)]
public sealed class StaleClientTests : IAsyncLifetime
{
    private const int ServerCount = 24;

    private readonly string _directory = LocalCluster.NewDirectory();
    private readonly LocalCluster _cluster;

    public StaleClientTests() => _cluster = new LocalCluster(_directory);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _cluster.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [HAProxyFact]
    public async Task A_client_whose_silo_was_removed_reaches_every_queue_on_the_others_and_nothing_is_lost_or_twice()
    {
        await _cluster.RunAsync("up", "2", "1");
        using IHost tool = await LocalCluster.StartToolAsync(await _cluster.SilosAsync());
        ICommandBrokerClient commands = tool.Services.GetRequiredService<ICommandBrokerClient>();
        ISourceServerClient sources = tool.Services.GetRequiredService<ISourceServerClient>();
        string[] servers = [.. Enumerable.Range(1, ServerCount).Select(i => $"web-{i}")];
        foreach (string server in servers)
        {
            await sources.RegisterAsync(new RegisterCall { ServerId = server, Name = "web", OsType = "LINUX" });
            await commands.EnqueueAsync(server, new EnqueueCall { Name = "START", Param = "{}", IdempotencyKey = "first" });
        }

        await _cluster.RunAsync("kill", "silo-1");

        // All at once and at once: the client believes in the silo that is gone, and so does its directory.
        await Task.WhenAll(servers.Select(server => EnqueueUntilAcknowledgedAsync(commands, server)));
        foreach (string server in servers)
        {
            QueueView queue = await commands.ListAsync(server);
            Assert.Equal([(1, "START"), (2, "STOP")], queue.Commands.Select(command => (command.Seq, command.Name)));
        }

        Assert.Null(await _cluster.PidAsync("silo-1"));
        await tool.StopAsync();
    }

    private static Task EnqueueUntilAcknowledgedAsync(ICommandBrokerClient commands, string server) => Ledger.UntilAcknowledgedAsync(async () =>
    {
        try
        {
            await commands.EnqueueAsync(server, new EnqueueCall { Name = "STOP", Param = "{}", IdempotencyKey = "second" });
            return true;
        }
        catch (BrokerException fault) when (fault.IsTransient)
        {
            return false;
        }
    });
}
