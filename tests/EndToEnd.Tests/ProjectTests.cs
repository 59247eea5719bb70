using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>Two projects on one broker, over HTTP: the same id twice, nothing in common, and quotas that hold for one of them.</summary>
public sealed class ProjectTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-projects-").FullName;
    private readonly BrokerProcess _broker;
    private HttpClient _bare = null!;
    private HttpClient _blue = null!;
    private string _blueId = "";

    public ProjectTests() => _broker = new BrokerProcess(Path.Combine(_directory, "data"), ("Queue__QuotaInterval", "00:00:00.1"));

    public async Task InitializeAsync()
    {
        await _broker.StartAsync();
        _bare = _broker.Client(_broker.Token);
        _blueId = (await AnswerAsync(await PostAsync(_bare, "/api/v1/projects", """{"name":"blue"}"""), HttpStatusCode.Created)).GetProperty("id").GetString()!;
        _blue = _broker.Client(_broker.Token);
        _blue.DefaultRequestHeaders.Add("X-Project-Id", _blueId);
    }

    public async Task DisposeAsync()
    {
        _bare.Dispose();
        _blue.Dispose();
        await _broker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task The_same_id_in_two_projects_is_two_source_servers_also_after_a_restart()
    {
        await RegisterAsync(_bare, "web");
        Assert.Equal(HttpStatusCode.NotFound, (await _blue.GetAsync("/v3/sources/web/command")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await EnqueueAsync(_blue, "web", "STOP")).StatusCode);

        await RegisterAsync(_blue, "web");
        Assert.Equal(HttpStatusCode.Created, (await EnqueueAsync(_bare, "web", "START")).StatusCode);
        Assert.Equal("SKIP", await PollAsync(_blue, "web"));
        Assert.Equal(HttpStatusCode.Created, (await EnqueueAsync(_blue, "web", "STOP")).StatusCode);
        await _broker.KillAsync();
        await _broker.StartAsync();

        Assert.Equal("STOP", await PollAsync(_blue, "web"));
        Assert.Equal("START", await PollAsync(_bare, "web"));
        Assert.Equal(1, await CountAsync(_blue));
        Assert.Equal(1, await CountAsync(_bare));
        HttpResponseMessage report = await PostAsync(
            _blue, "/v3/sources/web/command_result", """{"command_name":"START","result":"success","result_detail":{}}""");
        Assert.Equal(HttpStatusCode.BadRequest, report.StatusCode);
    }

    [Fact]
    public async Task A_quota_holds_for_its_own_project()
    {
        await RegisterAsync(_bare, "web");
        await RegisterAsync(_blue, "web");
        using (HttpResponseMessage set = await _bare.PatchAsync(
            $"/api/v1/projects/{_blueId}", Json("""{"max_source_servers":1,"max_pending_commands":2}""")))
        {
            await AnswerAsync(set, HttpStatusCode.OK);
        }

        HttpResponseMessage second = await PostAsync(_blue, "/v3/sources", """{"id":"second","name":"n","os_type":"LINUX"}""");
        Assert.Equal("SMS.6501", (await AnswerAsync(second, HttpStatusCode.BadRequest)).GetProperty("error_code").GetString());
        await RegisterAsync(_bare, "second");

        HttpResponseMessage refused = await EnqueueUntilRefusedAsync();
        Assert.Equal("tenant_quota_exceeded", (await AnswerAsync(refused, HttpStatusCode.TooManyRequests)).GetProperty("reason").GetString());
        Assert.NotNull(refused.Headers.RetryAfter);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Created, (await EnqueueAsync(_bare, "web", "START")).StatusCode);
        }
    }

    /// <summary>A quota of pending commands counts after an interval, so the first ones may pass.</summary>
    private async Task<HttpResponseMessage> EnqueueUntilRefusedAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            HttpResponseMessage answer = await EnqueueAsync(_blue, "web", "START");
            if (answer.StatusCode != HttpStatusCode.Created)
            {
                return answer;
            }

            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }

    private static async Task RegisterAsync(HttpClient http, string id) =>
        await AnswerAsync(await PostAsync(http, "/v3/sources", $$"""{"id":"{{id}}","name":"n","os_type":"LINUX"}"""), HttpStatusCode.OK);

    private static Task<HttpResponseMessage> EnqueueAsync(HttpClient http, string id, string name) =>
        PostAsync(http, $"/api/v1/sources/{id}/commands", $$"""{"command_name":"{{name}}"}""");

    private static async Task<string?> PollAsync(HttpClient http, string id) =>
        (await AnswerAsync(await http.GetAsync($"/v3/sources/{id}/command"), HttpStatusCode.OK)).GetProperty("command_name").GetString();

    private static async Task<long> CountAsync(HttpClient http) =>
        (await AnswerAsync(await http.GetAsync("/v3/sources"), HttpStatusCode.OK)).GetProperty("count").GetInt64();

    private static async Task<JsonElement> AnswerAsync(HttpResponseMessage answer, HttpStatusCode expected)
    {
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode}: {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient http, string path, string body) => http.PostAsync(path, Json(body));

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
