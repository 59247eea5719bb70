using System.Diagnostics;
using System.Globalization;
using System.Net;
using CommandBroker.Testing;
using Xunit;
using Xunit.Abstractions;
using static CommandBroker.EndToEnd.Tests.PatientCalls;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>A PostgreSQL that stands still for some seconds, behind a broker and the load balancer as it is shipped.</summary>
public sealed class StalledDatabaseTests(ITestOutputHelper output) : IDisposable
{
    private const int AgentCount = 4;

    /// <summary>What is only said by <c>deploy/haproxy.cfg</c>.</summary>
    private static readonly string[] BalancersOwn = ["More agents ask than can be answered now.", "the call may have been carried out or not", "<html>"];

    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-stalled-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [HAProxyFact]
    public async Task A_database_that_stalls_for_seconds_takes_no_gateway_out_of_service()
    {
        await using PostgresServer server = await PostgresServer.StartOwnAsync();
        string database = await server.CreateDatabaseAsync();
        await using BrokerProcess broker = await new BrokerProcess(
            Path.Combine(_directory, "data"), [("Storage__Provider", "postgres"), ("Storage__ConnectionString", database)]).StartAsync();
        await using Balancer balancer = await Balancer.StartAsync(_directory, new Uri(broker.Address).Port);
        using HttpClient tool = broker.Client(broker.Token);
        using HttpClient agent = broker.Client(broker.AgentToken);
        using var front = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{balancer.Port}") };
        front.DefaultRequestHeaders.Add("X-Auth-Token", broker.AgentToken);
        var calls = new PatientCalls(tool, agent);
        string[] sources = [.. Enumerable.Range(0, AgentCount).Select(number => $"s-{number}")];
        foreach (string source in sources)
        {
            await calls.RegisterAsync(source);
            await Until(() => calls.EnqueueAsync(source, "first"));
            await Until(() => calls.EnqueueAsync(source, "second"));
        }

        using var stop = new CancellationTokenSource();
        Task<List<(int Status, string Text)>>[] polling = [.. sources.Select(source => AskAsync(front, $"/v3/sources/{source}/command", stop.Token))];
        Task<List<(int Status, string Text)>> ready = AskAsync(tool, "/readyz", stop.Token);
        Task<int> fewest = FewestReadyAsync(balancer, stop.Token);
        await using (StoppedSessions stopped = await StoppedSessions.StopServerAsync(database))
        {
            await Task.Delay(TimeSpan.FromSeconds(5));
        }

        // The agents have what they came for, each its first command, and the second one when it asked again.
        await Until(() => calls.EnqueueAsync("s-0", "third"));
        await stop.CancelAsync();
        (int Status, string Text)[] polls = [.. (await Task.WhenAll(polling)).SelectMany(answers => answers)];
        List<(int Status, string Text)> verdicts = await ready;
        int inService = await fewest;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{verdicts.Count} /readyz: {Counted(verdicts)}; {polls.Length} polls: {Counted(polls)}; gateways in service at the least: {inService}"));

        Assert.All(verdicts, verdict => Assert.True(verdict.Status == 200, verdict.Text));
        Assert.Contains(verdicts, verdict => verdict.Text.Contains("degraded", StringComparison.Ordinal));
        Assert.Equal(1, inService);
        Assert.All(polls, poll => Assert.DoesNotContain(BalancersOwn, own => poll.Text.Contains(own, StringComparison.Ordinal)));
        Assert.DoesNotContain(balancer.Log, line => line.Contains("<NOSRV>", StringComparison.Ordinal));
    }

    [PostgresFact(OwnServer = true)]
    public async Task However_often_readiness_is_asked_the_database_hears_of_it_twice_a_second()
    {
        const int Count = 1_000;
        await using PostgresServer server = await PostgresServer.StartOwnAsync();
        string database = await server.CreateDatabaseAsync();
        await using BrokerProcess broker = await new BrokerProcess(
            Path.Combine(_directory, "data"), [("Storage__Provider", "postgres"), ("Storage__ConnectionString", database)]).StartAsync();
        await StoppedSessions.AskAsync(database, """
            create sequence pings;
            create function count_ping() returns trigger language plpgsql as $body$ begin perform nextval('pings'); return null; end $body$;
            create trigger count_ping after update on ping for each row execute function count_ping();
            """);
        using HttpClient anybody = broker.Client();
        long startedAt = Stopwatch.GetTimestamp();
        for (int at = 0; at < Count; at++)
        {
            using HttpResponseMessage answer = await anybody.GetAsync("/readyz");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        double seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        long pings = (long)(await StoppedSessions.AskAsync(database, "select nextval('pings') - 1"))!;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Count} /readyz in {seconds:0.0} s: {pings} writes"));
        Assert.InRange(pings, 0, (long)(2 * seconds) + 2);
    }

    private static string Counted(IEnumerable<(int Status, string Text)> answers) => string.Join(", ", answers.GroupBy(answer => answer.Status).Select(group =>
        string.Create(CultureInfo.InvariantCulture, $"{group.Count()} x {group.Key}")));

    /// <summary>Asks again and again; every answer counts.</summary>
    private static async Task<List<(int Status, string Text)>> AskAsync(HttpClient http, string path, CancellationToken stop)
    {
        var answers = new List<(int, string)>();
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!stop.IsCancellationRequested)
        {
            using HttpResponseMessage answer = await http.GetAsync(path, CancellationToken.None);
            answers.Add(((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(CancellationToken.None)));
            await pause.WaitForNextTickAsync(CancellationToken.None);
        }

        return answers;
    }

    private static async Task<int> FewestReadyAsync(Balancer balancer, CancellationToken stop)
    {
        int fewest = int.MaxValue;
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!stop.IsCancellationRequested)
        {
            fewest = Math.Min(fewest, await balancer.ReadyAsync());
            await pause.WaitForNextTickAsync(CancellationToken.None);
        }

        return fewest;
    }
}
