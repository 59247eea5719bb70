using System.Net;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>What must not harm a broker, all the way through: limits, keys, and rows that somebody damaged.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-input-").FullName;
    private readonly BrokerProcess _broker;
    private HttpClient _tool = null!;
    private HttpClient _agent = null!;

    public BadInputTests() => _broker = new BrokerProcess(Path.Combine(_directory, "data"));

    public async Task InitializeAsync()
    {
        await _broker.StartAsync();
        _tool = _broker.Client(_broker.Token);
        _agent = _broker.Client(_broker.AgentToken);
        foreach (string id in (string[])["s-1", "s-2"])
        {
            Assert.True((await _tool.PostAsync("/v3/sources", Json($$"""{"id":"{{id}}","name":"{{id}}","os_type":"LINUX"}"""))).IsSuccessStatusCode);
        }
    }

    public async Task DisposeAsync()
    {
        _tool?.Dispose();
        _agent?.Dispose();
        await _broker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_queue_takes_1000_commands_and_refuses_the_1001st_with_the_number_and_the_setting()
    {
        string lines = string.Concat(Enumerable.Range(1, 1_000).Select(i => $$"""{"server_id":"s-1","command_name":"SYNC","idempotency_key":"k-{{i}}"}""" + "\n"));
        string answers = await (await _tool.PostAsync("/api/v1/commands", new StringContent(lines, null, "application/x-ndjson"))).Content.ReadAsStringAsync();
        Assert.Equal(1_000, answers.Split("\"command_id\"").Length - 1);

        (HttpStatusCode status, string problem) = await EnqueueAsync("""{"command_name":"STOP"}""", "k-1001");
        (HttpStatusCode repeated, string known) = await EnqueueAsync("""{"command_name":"SYNC"}""", "k-1000");

        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Contains("\"queue_full\"", problem, StringComparison.Ordinal);
        Assert.Contains("1000 commands are pending; Queue:MaxPendingCount allows 1000.", problem, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, repeated);
        Assert.Contains("\"command_id\":\"1000\"", known, StringComparison.Ordinal);
        await _agent.GetStringAsync("/v3/sources/s-1/command");
        Assert.Equal(HttpStatusCode.Created, (await EnqueueAsync("""{"command_name":"STOP"}""", "k-1001")).Status);
    }

    [Fact]
    public async Task A_key_that_was_used_for_another_body_is_refused_also_after_a_restart()
    {
        Assert.Equal(HttpStatusCode.Created, (await EnqueueAsync("""{"command_name":"START"}""", "k")).Status);
        await _broker.KillAsync();
        await _broker.StartAsync();

        (HttpStatusCode status, string problem) = await EnqueueAsync("""{"command_name":"STOP"}""", "k");

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("\"key_conflict\"", problem, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await EnqueueAsync("""{"command_name":"START"}""", "k")).Status);
    }

    [Theory]
    [InlineData("NULL")]
    [InlineData("substr(payload, 1, length(payload) - 1)")]
    [InlineData("x'ff' || substr(payload, 2)")]
    public async Task A_damaged_row_quarantines_its_source_server_until_it_is_mended_and_no_other(string damage)
    {
        foreach (string id in (string[])["s-1", "s-2"])
        {
            await _tool.PostAsync($"/api/v1/sources/{id}/commands", Json("""{"command_name":"START"}"""));
        }

        await _broker.TerminateAsync();
        byte[] sound = (byte[])Sql("SELECT payload FROM command c JOIN source_server s USING (source_no) WHERE s.server_id = 's-1'")!;
        Sql($"UPDATE command SET payload = {damage} WHERE source_no = (SELECT source_no FROM source_server WHERE server_id = 's-1')");
        object? damaged = Sql("SELECT hex(payload) FROM command c JOIN source_server s USING (source_no) WHERE s.server_id = 's-1'");
        await _broker.StartAsync();

        HttpResponseMessage poll = await _agent.GetAsync("/v3/sources/s-1/command");
        string report = await (await _agent.PostAsync("/v3/sources/s-1/command_result", Json("""{"command_name":"START","result":"success","result_detail":{}}"""))).Content.ReadAsStringAsync();
        FinishedProcess list = await CliProcess.RunAsync(_directory, "source", "list", "--quarantined", "-o", "json");

        Assert.Equal(HttpStatusCode.InternalServerError, poll.StatusCode);
        Assert.Contains("SMS.6000", await poll.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("SMS.6000", report, StringComparison.Ordinal);
        Assert.Contains("\"s-1\"", list.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\"s-2\"", list.Out, StringComparison.Ordinal);
        Assert.Contains("START", await _agent.GetStringAsync("/v3/sources/s-2/command"), StringComparison.Ordinal);

        await _broker.TerminateAsync();
        Assert.Equal(damaged, Sql("SELECT hex(payload) FROM command c JOIN source_server s USING (source_no) WHERE s.server_id = 's-1'"));
        Sql("UPDATE command SET payload = $value WHERE source_no = (SELECT source_no FROM source_server WHERE server_id = 's-1')", sound);
        await _broker.StartAsync();
        Assert.Contains("START", await _agent.GetStringAsync("/v3/sources/s-1/command"), StringComparison.Ordinal);
        Assert.DoesNotContain("\"s-1\"", (await CliProcess.RunAsync(_directory, "source", "list", "--quarantined", "-o", "json")).Out, StringComparison.Ordinal);
    }

    private static StringContent Json(string text) => new(text, null, "application/json");

    private async Task<(HttpStatusCode Status, string Text)> EnqueueAsync(string body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/sources/s-1/commands") { Content = Json(body) };
        request.Headers.Add("Idempotency-Key", key);
        HttpResponseMessage answer = await _tool.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private object? Sql(string text, byte[]? value = null)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_broker.DataDirectory, "broker.db")};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        if (value is not null)
        {
            command.Parameters.AddWithValue("$value", value);
        }

        return command.ExecuteScalar();
    }
}
