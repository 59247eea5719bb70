using System.Net;
using System.Text;
using System.Text.Json;
using CommandBroker.Testing;
using Npgsql;
using Xunit;
using Xunit.Abstractions;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>What callers are told when PostgreSQL misses its standby, ends sessions or is gone.</summary>
public sealed class PostgresTruthTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-truth-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [PostgresFact(OwnServer = true)]
    public async Task A_repeated_call_is_acknowledged_once_the_standby_has_what_it_stands_on()
    {
        await using PostgresServer server = await PostgresServer.StartOwnAsync();
        string database = await server.CreateDatabaseAsync();
        await using BrokerProcess broker = await StartAsync(database);
        using HttpClient tool = broker.Client(broker.Token);
        using HttpClient agent = broker.Client(broker.AgentToken);
        (string Name, Func<Task<HttpResponseMessage>> Send)[] calls =
        [
            ("register", () => tool.PostAsync("/v3/sources", Json("""{"id":"s","name":"one","os_type":"LINUX"}"""))),
            ("enqueue 1", () => EnqueueAsync(tool, "k-1")),
            ("enqueue 2", () => EnqueueAsync(tool, "k-2")),
            ("cancel 2", () => tool.PostAsync("/api/v1/sources/s/commands/2/cancel", Json("{}"))),
            ("settings", () => tool.PutAsync("/api/v1/sources/s/settings", Json("""{"max_deliveries":7}"""))),
            ("poll", () => agent.GetAsync("/v3/sources/s/command")),
            ("report 1", () => agent.PostAsync("/v3/sources/s/command_result", Json("""{"command_name":"START","result":"success","result_detail":"x"}"""))),
        ];
        foreach ((string name, Func<Task<HttpResponseMessage>> send) in calls)
        {
            using HttpResponseMessage first = await send();
            Assert.True(first.IsSuccessStatusCode, $"{name}: {await first.Content.ReadAsStringAsync()}");
        }

        // That there is none acknowledges to a repeated call that it was deleted.
        using HttpResponseMessage made = await tool.PostAsync("/api/v1/users", Json("""{"name":"gone","roles":["agent"],"password":"a-long-password-1"}"""));
        string user = JsonDocument.Parse(await made.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString()!;
        (await tool.PostAsync("/v3/sources", Json("""{"id":"gone","name":"gone","os_type":"LINUX"}"""))).EnsureSuccessStatusCode();
        (string Name, HttpStatusCode Again, Func<Task<HttpResponseMessage>> Send)[] deletions =
        [
            ("delete one", HttpStatusCode.NotFound, () => tool.DeleteAsync("/v3/sources/gone")),
            ("delete some", HttpStatusCode.OK, () => tool.PostAsync("/v3/sources/delete", Json("""{"ids":["gone"]}"""))),
            ("delete a user", HttpStatusCode.NotFound, () => tool.DeleteAsync($"/api/v1/users/{user}")),
        ];
        foreach ((string name, HttpStatusCode _, Func<Task<HttpResponseMessage>> send) in deletions)
        {
            using HttpResponseMessage first = await send();
            Assert.True(first.IsSuccessStatusCode, $"{name}: {await first.Content.ReadAsStringAsync()}");
        }

        // What memory holds was acknowledged; what a new process reads may be on one disk only.
        await broker.KillAsync();
        await broker.StartAsync();
        await ExecuteAsync(database, "alter system set synchronous_standby_names = 'nobody'");
        await UntilStandbyIsRequiredAsync(database, "nobody");
        foreach ((string name, Func<Task<HttpResponseMessage>> send) in calls.Where(call => call.Name != "poll").Concat(deletions.Select(call => (call.Name, call.Send))))
        {
            using HttpResponseMessage repeated = await send();
            string text = await repeated.Content.ReadAsStringAsync();
            output.WriteLine($"{name}: {(int)repeated.StatusCode} {text}");
            Assert.True(repeated.StatusCode == HttpStatusCode.ServiceUnavailable, $"{name}: {(int)repeated.StatusCode} {text}");
            Assert.True(repeated.Headers.Contains("Retry-After"), name);
        }

        await ExecuteAsync(database, "alter system reset synchronous_standby_names");
        await UntilStandbyIsRequiredAsync(database, "");
        foreach ((string name, Func<Task<HttpResponseMessage>> send) in calls.Where(call => call.Name != "poll"))
        {
            using HttpResponseMessage repeated = await send();
            Assert.True(repeated.IsSuccessStatusCode, $"{name}: {await repeated.Content.ReadAsStringAsync()}");
        }

        foreach ((string name, HttpStatusCode again, Func<Task<HttpResponseMessage>> send) in deletions)
        {
            using HttpResponseMessage repeated = await send();
            Assert.True(repeated.StatusCode == again, $"{name}: {(int)repeated.StatusCode} {await repeated.Content.ReadAsStringAsync()}");
        }
    }

    [PostgresFact(OwnServer = true)]
    public async Task No_answer_says_where_the_database_is()
    {
        await using PostgresServer server = await PostgresServer.StartOwnAsync();
        string database = await server.CreateDatabaseAsync();
        await using BrokerProcess broker = await StartAsync(database);
        using HttpClient tool = broker.Client(broker.Token);
        using HttpClient nobody = broker.Client();
        await server.StopAsync();

        foreach ((HttpClient http, HttpMethod method, string path) in (IEnumerable<(HttpClient, HttpMethod, string)>)[
            (nobody, HttpMethod.Get, "/v3/projects"), (nobody, HttpMethod.Get, "/v3/sources/s/command"), (nobody, HttpMethod.Get, "/readyz"),
            (tool, HttpMethod.Get, "/v3/sources/s/command"), (tool, HttpMethod.Get, "/api/v1/sources/s/commands"),
            (tool, HttpMethod.Get, "/v3/sources"), (tool, HttpMethod.Post, "/v3/sources"), (tool, HttpMethod.Get, "/api/v1/users"), (tool, HttpMethod.Get, "/api/v1/sources/s/settings")])
        {
            using var request = new HttpRequestMessage(method, path);
            request.Content = method == HttpMethod.Post ? Json("""{"id":"s","name":"one","os_type":"LINUX"}""") : null;
            using HttpResponseMessage answer = await http.SendAsync(request);
            string text = await answer.Content.ReadAsStringAsync();
            output.WriteLine($"{method} {path}: {(int)answer.StatusCode} {text}");
            Assert.DoesNotContain("127.0.0.1", text, StringComparison.Ordinal);
            Assert.DoesNotContain("Failed to connect", text, StringComparison.OrdinalIgnoreCase);
            Assert.NotEqual(HttpStatusCode.InternalServerError, answer.StatusCode);
        }
    }

    [PostgresFact]
    public async Task Each_fault_of_settings_and_membership_has_the_answer_of_its_row()
    {
        var there = new NpgsqlConnectionStringBuilder(await (await PostgresServer.SharedAsync()).CreateDatabaseAsync());
        using var proxy = new PostgresProxy(there.Port);
        (there.Host, there.Port) = ("127.0.0.1", proxy.Port);
        await using BrokerProcess broker = await StartAsync(there.ConnectionString, ("Cluster__Enabled", "true"));
        using HttpClient tool = broker.Client(broker.Token);
        (await tool.PostAsync("/v3/sources", Json("""{"id":"s","name":"one","os_type":"LINUX"}"""))).EnsureSuccessStatusCode();
        List<string> wrong = [];
        foreach ((string code, string severity, HttpStatusCode once, HttpStatusCode always) in (IEnumerable<(string, string, HttpStatusCode, HttpStatusCode)>)[
            .. Rows("FATAL", HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, "57P01", "57P05", "08006"),
            .. Rows("ERROR", HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, "25006", "25P02", "26000", "40001", "53100", "53300", "55P03", "57014", "58030"),
            .. Rows("ERROR", HttpStatusCode.InternalServerError, HttpStatusCode.InternalServerError, "42501", "42P01", "XX001")])
        {
            await CheckAsync("commandbroker-state", code, severity, 1, once);
            await CheckAsync("commandbroker-state", code, severity, int.MaxValue, always);

            // Whatever the table of silos says for a moment, those that are there go on.
            await CheckAsync("commandbroker-membership", code, severity, 3, HttpStatusCode.OK);
        }

        Assert.Empty(wrong);
        Assert.Equal(HttpStatusCode.OK, (await tool.GetAsync("/readyz")).StatusCode);

        async Task CheckAsync(string application, string code, string severity, int count, HttpStatusCode expected)
        {
            proxy.Answer(code, severity, count, application);
            using HttpResponseMessage answer = await tool.PutAsync("/api/v1/sources/s/settings", Json("""{"max_deliveries":7}"""));
            proxy.AnswerNothing();
            string text = await answer.Content.ReadAsStringAsync();
            string line = $"{application} {code} {severity} x {count}: {(int)answer.StatusCode} {(answer.Headers.Contains("Retry-After") ? "Retry-After" : "")}";
            output.WriteLine(line);
            bool isRight = answer.StatusCode == expected || (expected == HttpStatusCode.OK && answer.IsSuccessStatusCode);
            if (!isRight || text.Contains("secret words", StringComparison.Ordinal)
                || (expected == HttpStatusCode.ServiceUnavailable && !answer.Headers.Contains("Retry-After")))
            {
                wrong.Add($"{line} {text}");
            }
        }
    }

    private static IEnumerable<(string, string, HttpStatusCode, HttpStatusCode)> Rows(string severity, HttpStatusCode once, HttpStatusCode always, params string[] codes) =>
        codes.Select(code => (code, severity, once, always));

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static async Task<HttpResponseMessage> EnqueueAsync(HttpClient tool, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/sources/s/commands") { Content = Json("""{"command_name":"START","command_param":{}}""") };
        request.Headers.Add("Idempotency-Key", key);
        return await tool.SendAsync(request);
    }

    private static async Task UntilStandbyIsRequiredAsync(string database, string names)
    {
        await ExecuteAsync(database, "select pg_reload_conf()");
        while (!Equals(await ExecuteAsync(database, "select current_setting('synchronous_standby_names')"), names))
        {
            await Task.Yield();
        }

        // The checkpointer tells the others what is required, before it does anything else.
        await ExecuteAsync(database, "checkpoint");
    }

    private static async Task<object?> ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private async Task<BrokerProcess> StartAsync(string database, params (string Name, string Value)[] more) => await new BrokerProcess(
        Path.Combine(_directory, "data"),
        [.. Ledger.Roomy, ("Storage__Provider", "postgres"), ("Storage__ConnectionString", database), .. more]).StartAsync();
}
