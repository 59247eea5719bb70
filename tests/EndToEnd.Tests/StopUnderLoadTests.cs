using CommandBroker.Testing;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>
/// Processes of a cluster that are told to stop while agents are served: no call fails, and none is left without knowing what came of it. Calls are given much time, so
/// that only what the stop itself does is seen and not how busy the machine is.
/// </summary>
public sealed class StopUnderLoadTests : IAsyncLifetime
{
    private const string Operator = "operator-0123456789-0123456789-0123456789";
    private const string Agent = "agent-0123456789-0123456789-0123456789";
    private const int Rounds = 10;

    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-stop-").FullName;
    private string _database = "";

    public async Task InitializeAsync()
    {
        if (PostgresAvailability.SkipReason(ownServer: false) is null)
        {
            _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        }
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return Task.CompletedTask;
    }

    [PostgresFact]
    public async Task Silos_stop_one_after_the_other_and_every_call_succeeds()
    {
        await using BrokerProcess first = Of("silo"), second = Of("silo"), gateway = Of("gateway");
        await Task.WhenAll(first.StartAsync(), second.StartAsync(), gateway.StartAsync());
        await using var load = new SteadyLoad(gateway.Address, Operator, Agent);
        await load.GoRoundAsync(Rounds);

        foreach (BrokerProcess silo in (BrokerProcess[])[first, second])
        {
            Assert.Equal(0, await silo.TerminateAsync());
            await load.GoRoundAsync(Rounds);
            await silo.StartAsync();
            await load.GoRoundAsync(Rounds);
        }

        Assert.Empty(load.Faults);
    }

    [HAProxyFact]
    public async Task Gateways_stop_one_after_the_other_behind_their_balancer_and_every_call_succeeds()
    {
        await using BrokerProcess silo = Of("silo"), first = Of("gateway"), second = Of("gateway");
        await Task.WhenAll(silo.StartAsync(), first.StartAsync(), second.StartAsync());
        await using Balancer balancer = await Balancer.StartAsync(_directory, new Uri(first.Address).Port, new Uri(second.Address).Port);
        await using var load = new SteadyLoad($"http://127.0.0.1:{balancer.Port}", Operator, Agent);
        await load.GoRoundAsync(Rounds);

        foreach (BrokerProcess gateway in (BrokerProcess[])[first, second])
        {
            Assert.Equal(0, await gateway.TerminateAsync());
            await load.GoRoundAsync(Rounds);
            await gateway.StartAsync();
            await balancer.KnowsAsync(2);
        }

        Assert.Empty(load.Faults);
    }

    private BrokerProcess Of(string role) => new(
        Path.Combine(_directory, "data"),
        ("ASPNETCORE_ENVIRONMENT", "Production"),
        ("Silo__Role", role),
        ("Silo__DrainDelay", role == "gateway" ? "00:00:01" : "00:00:00"),
        ("Storage__Provider", "postgres"),
        ("Storage__ConnectionString", _database),
        ("Gateway__CallTimeout", "00:00:30"),
        ("Cluster__ResponseTimeout", "00:00:30"),
        ("Credentials__OperatorToken", Operator),
        ("Credentials__AgentToken", Agent),
        ("Identity__MasterKey", new string('A', 43) + "="));
}
