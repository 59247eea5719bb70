using System.Diagnostics;
using System.Net;
using System.Text;
using CommandBroker.Testing;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>The one program in its roles, as processes over one PostgreSQL.</summary>
public sealed class RoleTests : IDisposable
{
    private const string Operator = "operator-0123456789-0123456789-0123456789";
    private const string Agent = "agent-0123456789-0123456789-0123456789";

    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-role-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [PostgresFact]
    public async Task Gateway_and_silos_find_each_other_whichever_starts_first()
    {
        string database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using BrokerProcess gateway = Of("gateway", database);
        gateway.Launch();
        Assert.Contains("\"missing\":", await gateway.MissingAsync(), StringComparison.Ordinal);

        await using BrokerProcess first = await Of("silo", database).StartAsync();
        await using BrokerProcess second = await Of("silo", database).StartAsync();
        await gateway.WaitUntilReadyAsync();

        await ServesAsync(gateway, "s-1");
        Assert.Equal(0, await CheckAsync($"{gateway.Address}/readyz"));
        Assert.Equal(1, await CheckAsync($"{gateway.Address}/no-such-route"));
        Assert.Equal(1, await CheckAsync("http://127.0.0.1:1/readyz"));
        using HttpClient silo = first.Client(Agent);
        Assert.Equal(HttpStatusCode.NotFound, (await silo.GetAsync("/v3/sources/s-1/command")).StatusCode);
        foreach (BrokerProcess broker in (BrokerProcess[])[gateway, second, first])
        {
            Assert.Equal(0, await broker.TerminateAsync());
        }
    }

    /// <summary>Whoever reaches a silo's port has an operator's power, any user of the machine included.</summary>
    [Fact]
    public async Task One_process_alone_opens_no_port_but_that_of_its_HTTP()
    {
        await using BrokerProcess broker = await new BrokerProcess(Path.Combine(_directory, "alone")).StartAsync();

        Assert.Equal([new Uri(broker.Address).Port], ListeningPortsOf(broker.Id));
    }

    [PostgresFact]
    public async Task A_silo_joins_at_once_although_dead_ones_are_listed_as_living()
    {
        string database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using BrokerProcess gateway = Of("gateway", database);
        gateway.Launch();
        await using BrokerProcess first = await Of("silo", database).StartAsync();
        await using BrokerProcess second = await Of("silo", database).StartAsync();
        await gateway.WaitUntilReadyAsync();

        await Task.WhenAll(first.KillAsync(), second.KillAsync());
        await using BrokerProcess third = await Of("silo", database).StartAsync();

        Assert.Contains("declared dead", third.Output, StringComparison.Ordinal);
        await gateway.WaitUntilReadyAsync();
        await ServesAsync(gateway, "s-1");
    }

    [PostgresFact]
    public async Task Silos_that_were_all_killed_and_are_all_started_again_on_their_ports_do_not_wait_for_their_former_selves()
    {
        string database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using BrokerProcess first = Of("silo", database, ("Silo__SiloPort", $"{FreePort.Next()}"));
        await using BrokerProcess second = Of("silo", database, ("Silo__SiloPort", $"{FreePort.Next()}"));
        await Task.WhenAll(first.StartAsync(), second.StartAsync());
        await Task.WhenAll(first.KillAsync(), second.KillAsync());

        await Task.WhenAll(first.StartAsync(), second.StartAsync());

        Assert.Contains("its place is taken by a later start", first.Output + second.Output, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_gateway_that_is_told_to_stop_says_so_and_serves_until_its_balancer_has_noticed()
    {
        string database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using BrokerProcess silo = await Of("silo", database).StartAsync();
        await using BrokerProcess gateway = await Of("gateway", database, ("Silo__DrainDelay", "00:00:03")).StartAsync();
        await ServesAsync(gateway, "s-1");

        Task<int> ending = gateway.TerminateAsync();

        Assert.Equal("""{"status":"draining"}""", await gateway.MissingAsync(said => !said.Contains("ready", StringComparison.Ordinal)));
        await ServesAsync(gateway, "s-2");
        Assert.Equal(0, await ending);
    }

    [PostgresFact(OwnServer = true)]
    public async Task A_database_that_is_not_up_yet_is_waited_for()
    {
        await using PostgresServer server = await PostgresServer.StartOwnAsync();
        string database = await server.CreateDatabaseAsync();
        await server.StopAsync();
        await using BrokerProcess silo = Of("silo", database);
        await using BrokerProcess impatient = Of("silo", database);
        silo.Launch();
        impatient.Launch();
        Assert.Contains("\"missing\":\"database\"", await silo.MissingAsync(said => said.Contains("database", StringComparison.Ordinal)), StringComparison.Ordinal);
        await impatient.MissingAsync();
        Assert.Equal(0, await impatient.TerminateAsync());

        await server.StartAgainAsync();

        await silo.WaitUntilReadyAsync();
    }

    private BrokerProcess Of(string role, string database, params (string Name, string Value)[] more) => new(
        Path.Combine(_directory, "data"),
        [("ASPNETCORE_ENVIRONMENT", "Production"),
        ("Silo__Role", role),
        ("Storage__Provider", "postgres"),
        ("Storage__ConnectionString", database),
        ("Credentials__OperatorToken", Operator),
        ("Credentials__AgentToken", Agent),
        ("Identity__MasterKey", new string('A', 43) + "="),
        .. more]);

    private static async Task<int> CheckAsync(string url)
    {
        using Process check = Process.Start(new ProcessStartInfo("dotnet", [Repository.SiloDll, "--check", url]) { RedirectStandardOutput = true })!;
        await check.WaitForExitAsync();
        return check.ExitCode;
    }

    private static async Task ServesAsync(BrokerProcess gateway, string serverId)
    {
        using HttpClient tool = gateway.Client(Operator);
        using HttpClient agent = gateway.Client(Agent);
        await tool.PostAsync("/v3/sources", Json($$"""{"id":"{{serverId}}","name":"one","os_type":"LINUX"}"""));
        await tool.PostAsync($"/api/v1/sources/{serverId}/commands", Json("""{"command_name":"START"}"""));
        Assert.Equal("""{"command_name":"START","command_param":{}}""", await agent.GetStringAsync($"/v3/sources/{serverId}/command"));
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static IEnumerable<int> ListeningPortsOf(int process)
    {
        HashSet<string?> sockets = [.. Directory.GetFiles($"/proc/{process}/fd").Select(file => new FileInfo(file).LinkTarget)];
        return ((string[])["tcp", "tcp6"]).SelectMany(table => File.ReadLines($"/proc/{process}/net/{table}").Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => columns[3] == "0A" && sockets.Contains($"socket:[{columns[9]}]"))
            .Select(columns => Convert.ToInt32(columns[1][(columns[1].LastIndexOf(':') + 1)..], 16))
            .Distinct();
    }
}
