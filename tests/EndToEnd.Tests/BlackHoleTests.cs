using System.Diagnostics;
using System.Globalization;
using System.Net;
using CommandBroker.Testing;
using Npgsql;
using Xunit;
using Xunit.Abstractions;
using static CommandBroker.EndToEnd.Tests.PatientCalls;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>Connections to PostgreSQL that a firewall has forgotten: nothing arrives any more, and nobody is told.</summary>
public sealed class BlackHoleTests(ITestOutputHelper output) : IDisposable
{
    private const int SourceCount = 8;

    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-hole-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [PostgresTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_caller_is_answered_when_connections_fall_silent_and_nothing_is_lost(bool onlyOneOfThePool)
    {
        string database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var there = new NpgsqlConnectionStringBuilder(database);
        using var proxy = new PostgresProxy(there.Port);
        (there.Host, there.Port) = ("127.0.0.1", proxy.Port);
        await using BrokerProcess broker = await new BrokerProcess(
            Path.Combine(_directory, "data"), [("Storage__Provider", "postgres"), ("Storage__ConnectionString", there.ConnectionString)]).StartAsync();
        using HttpClient tool = broker.Client(broker.Token);
        using HttpClient agent = broker.Client(broker.AgentToken);
        var calls = new PatientCalls(tool, agent);
        string[] sources = [.. Enumerable.Range(0, SourceCount).Select(number => $"s-{number}")];
        await Task.WhenAll(sources.Select(calls.RegisterAsync));

        // At the same time, so that every pool has several connections.
        await Task.WhenAll(Each(tool, calls, sources, "before").Select(call => Until(call.Send)));
        int silent = onlyOneOfThePool ? proxy.Silence(1, withWriter: false) : proxy.Silence();
        (string Name, TimeSpan Wait, int Status)[] waits = await Task.WhenAll(Each(tool, calls, sources, "silent").Select(MeasureAsync));

        Assert.True(silent > 0);
        output.WriteLine(Line($"{silent} connections are silent; the five longest waits of {waits.Length} callers: "
            + string.Join(", ", waits.OrderByDescending(call => call.Wait).Take(5).Select(call => Line($"{call.Name} {call.Wait.TotalSeconds:0.00} s ({call.Status})")))));
        foreach (var verb in waits.GroupBy(call => call.Name))
        {
            output.WriteLine(Line($"{verb.Key,-9} longest {verb.Max(call => call.Wait.TotalSeconds):0.00} s, {verb.Count(call => call.Status == 503)} of {verb.Count()} unavailable"));
        }

        // Whoever was told to come again comes again, and the broker has recovered by itself.
        await Task.WhenAll(Each(tool, calls, sources, "silent").Select(call => Until(call.Send)));
        foreach (string source in sources)
        {
            foreach (string key in (string[])["before", "silent"])
            {
                string id = await CommandIdAsync(() => calls.EnqueueAsync(source, key));
                Assert.Equal(key, await calls.KeyOfAsync(source, id));
            }
        }
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Line(string text) => text;

    private static IEnumerable<(string Name, Func<Task<HttpResponseMessage>> Send)> Each(HttpClient tool, PatientCalls calls, string[] sources, string key) =>
        sources.SelectMany(source => ((string, Func<Task<HttpResponseMessage>>)[])
        [
            ("enqueue", () => calls.EnqueueAsync(source, key)),
            ("poll", () => calls.PollAsync(source)),
            ("register", () => tool.PostAsync("/v3/sources", Json($$"""{"id":"{{source}}","name":"one","os_type":"LINUX"}"""))),
            ("rename", () => tool.PutAsync($"/v3/sources/{source}", Json("""{"name":"one"}"""))),
            ("show", () => tool.GetAsync($"/v3/sources/{source}")),
            ("settings", () => tool.PutAsync($"/api/v1/sources/{source}/settings", Json("""{"max_deliveries":7}"""))),
            ("history", () => tool.GetAsync($"/api/v1/sources/{source}/history")),
            ("users", () => tool.GetAsync("/api/v1/users")),
        ]);

    private static async Task<(string Name, TimeSpan Wait, int Status)> MeasureAsync((string Name, Func<Task<HttpResponseMessage>> Send) call)
    {
        long startedAt = Stopwatch.GetTimestamp();
        using HttpResponseMessage answer = await call.Send();
        TimeSpan wait = Stopwatch.GetElapsedTime(startedAt);
        Assert.True(
            answer.IsSuccessStatusCode || (answer.StatusCode == HttpStatusCode.ServiceUnavailable && answer.Headers.Contains("Retry-After")),
            $"{call.Name}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return (call.Name, wait, (int)answer.StatusCode);
    }
}
