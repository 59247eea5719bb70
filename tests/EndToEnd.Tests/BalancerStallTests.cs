using System.Diagnostics;
using System.Globalization;
using System.Net;
using CommandBroker.Testing;
using Npgsql;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>Gateways behind the balancer while their database stands still, and what asking for their health costs it.</summary>
public sealed class BalancerStallTests : IDisposable
{
    private const string Operator = "operator-0123456789-0123456789-0123456789";
    private const string Agent = "agent-0123456789-0123456789-0123456789";
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(5);

    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-stall-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [HAProxyFact]
    public async Task A_database_that_stands_still_for_seconds_takes_no_gateway_out_of_service_and_health_costs_it_nothing()
    {
        await using PostgresServer server = await PostgresServer.StartOwnAsync();
        string database = await server.CreateDatabaseAsync();
        await using BrokerProcess silo = await Of("silo", database).StartAsync();
        await using BrokerProcess first = await Of("gateway", database).StartAsync();
        await using BrokerProcess second = await Of("gateway", database).StartAsync();
        await using Balancer balancer = await Balancer.StartAsync(_directory, new Uri(first.Address).Port, new Uri(second.Address).Port);
        await balancer.KnowsAsync(2);

        long before = await WritesAsync(database);
        long began = Stopwatch.GetTimestamp();
        using HttpClient health = first.Client();
        for (int number = 0; number < 1_000; number++)
        {
            Assert.Equal(HttpStatusCode.OK, (await health.GetAsync("/readyz")).StatusCode);
        }

        // The three processes, the balancer's checks included, ask the silo; the silo asks the database at most twice a second.
        Assert.InRange(await WritesAsync(database) - before, 0, (long)(Stopwatch.GetElapsedTime(began).TotalSeconds * 2) + 3);

        int[] backends = await BackendsAsync(database);
        await SignalAsync("-STOP", backends);
        try
        {
            using HttpClient agent = new() { BaseAddress = new Uri($"http://127.0.0.1:{balancer.Port}") };
            agent.DefaultRequestHeaders.Add("X-Auth-Token", Agent);
            began = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(began) < Stall)
            {
                Assert.Equal(2, await balancer.ReadyAsync());
                // A gateway's own answer has an id of its own, HAProxy's a UUID.
                using HttpResponseMessage answer = await agent.GetAsync("/v3");
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
        }
        finally
        {
            await SignalAsync("-CONT", backends);
        }

        Assert.Equal(2, await balancer.ReadyAsync());
    }

    private BrokerProcess Of(string role, string database) => new(
        Path.Combine(_directory, "data"),
        ("ASPNETCORE_ENVIRONMENT", "Production"),
        ("Silo__Role", role),
        ("Storage__Provider", "postgres"),
        ("Storage__ConnectionString", database),
        ("Gateway__TrustedProxies", "127.0.0.1"),
        ("Credentials__OperatorToken", Operator),
        ("Credentials__AgentToken", Agent),
        ("Identity__MasterKey", new string('A', 43) + "="));

    private static async Task<long> WritesAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await using NpgsqlCommand count = source.CreateCommand("select pg_stat_clear_snapshot(), n_tup_upd from pg_stat_user_tables where relname = 'ping'");
        await using NpgsqlDataReader row = await count.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        return row.GetInt64(1);
    }

    private static async Task<int[]> BackendsAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await using NpgsqlCommand list = source.CreateCommand("select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
        await using NpgsqlDataReader rows = await list.ExecuteReaderAsync();
        List<int> found = [];
        while (await rows.ReadAsync())
        {
            found.Add(rows.GetInt32(0));
        }

        // And who accepts new ones.
        int postmaster = int.Parse((await File.ReadAllTextAsync($"/proc/{found[0]}/stat")).Split(") ")[1].Split(' ')[1], CultureInfo.InvariantCulture);
        return [.. found, postmaster];
    }

    private static async Task SignalAsync(string signal, int[] processes)
    {
        using Process kill = Process.Start("kill", [signal, .. processes.Select(process => $"{process}")]);
        await kill.WaitForExitAsync();
    }
}
