using System.Net;
using System.Text.Json;
using CommandBroker.Testing;
using Xunit;
using static CommandBroker.EndToEnd.Tests.PatientCalls;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>
/// What is no command: a session of PostgreSQL stands still with a call, others are acknowledged after it, and then it goes on. Whatever becomes of the
/// first call, it undoes none of them.
/// </summary>
public sealed class LateCallTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-late-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [PostgresFact(OwnServer = true)]
    public async Task A_call_that_is_carried_out_late_undoes_no_later_one()
    {
        await using PostgresServer server = await PostgresServer.StartOwnAsync();
        string database = await server.CreateDatabaseAsync();
        await using BrokerProcess broker = await new BrokerProcess(
            Path.Combine(_directory, "data"),
            [.. Ledger.Roomy, ("Storage__Provider", "postgres"), ("Storage__ConnectionString", StoppedSessions.WithoutCancelling(database))]).StartAsync();
        using HttpClient tool = broker.Client(broker.Token);
        using HttpClient agent = broker.Client(broker.AgentToken);
        var calls = new PatientCalls(tool, agent);
        string user = await UserAsync(tool);
        List<StoppedSessions> stopped = [];
        foreach (string id in (string[])["deleted", "named", "updated", "set", "marked", "warm"])
        {
            await calls.RegisterAsync(id);
        }

        await Until(() => SettingsAsync("set", 5));

        // Each has its own later call; the one before it may be answered meanwhile, over a session that does not stand still.
        await LateAsync(() => DeleteAsync("deleted"), () => RegisterAsync("deleted", "again"));
        await LateAsync(() => RenameAsync("named", "late"), () => RenameAsync("named", "last"));
        await LateAsync(() => RegisterAsync("updated", "late"), () => RegisterAsync("updated", "last"));
        await LateAsync(() => RegisterAsync("gone", "late"), () => RegisterAsync("gone", "last"), () => DeleteAsync("gone"));
        await LateAsync(() => SettingsAsync("set", 6), () => SettingsAsync("set", 7));
        await LateAsync(() => SettingsAsync("marked", 6), () => DeleteAsync("marked"), () => RegisterAsync("marked", "again"));
        await LateAsync(() => EnableAsync(false), () => EnableAsync(true));
        foreach (StoppedSessions sessions in stopped)
        {
            await sessions.ContinueAsync();
        }

        // What lies in the sockets of sessions that the broker has left, and of those it leaves now, is carried out.
        await broker.KillAsync();
        foreach (StoppedSessions sessions in stopped)
        {
            await sessions.EndedAsync();
        }

        await broker.StartAsync();
        Assert.Equal("again", await NameAsync("deleted"));
        Assert.Equal("last", await NameAsync("named"));
        Assert.Equal("last", await NameAsync("updated"));
        Assert.Equal(HttpStatusCode.NotFound, (await AnswerAsync(() => tool.GetAsync("/v3/sources/gone"))).StatusCode);
        Assert.Equal(7, (await ShowAsync("/api/v1/sources/set/settings")).GetProperty("max_deliveries").GetInt32());
        Assert.Equal("again", await NameAsync("marked"));
        Assert.False((await ShowAsync("/api/v1/sources/marked/settings")).TryGetProperty("max_deliveries", out JsonElement late) && late.ValueKind == JsonValueKind.Number);
        Assert.True((await ShowAsync($"/api/v1/users/{user}")).GetProperty("enabled").GetBoolean());

        async Task LateAsync(Func<Task<HttpResponseMessage>> first, params Func<Task<HttpResponseMessage>>[] later)
        {
            // So that each pool has a session to use again, and nothing is left to be read of the one that is deleted.
            await Until(() => RenameAsync("warm", "warm"));
            await Until(() => SettingsAsync("warm", stopped.Count + 1));
            await Until(() => tool.GetAsync("/api/v1/sources/deleted/commands"), HttpStatusCode.NotFound);
            stopped.Add(await StoppedSessions.StopAsync(database, [.. stopped]));
            using HttpResponseMessage unknown = await first();
            foreach (Func<Task<HttpResponseMessage>> call in later)
            {
                await Until(call);
            }
        }

        Task<HttpResponseMessage> RegisterAsync(string id, string name) =>
            tool.PostAsync("/v3/sources", Json($$"""{"id":"{{id}}","name":"{{name}}","os_type":"LINUX"}"""));
        Task<HttpResponseMessage> RenameAsync(string id, string name) => tool.PutAsync($"/v3/sources/{id}", Json($$"""{"name":"{{name}}"}"""));
        Task<HttpResponseMessage> DeleteAsync(string id) => tool.DeleteAsync($"/v3/sources/{id}");
        Task<HttpResponseMessage> SettingsAsync(string id, int count) => tool.PutAsync($"/api/v1/sources/{id}/settings", Json($$"""{"max_deliveries":{{count}}}"""));
        Task<HttpResponseMessage> EnableAsync(bool isEnabled) => tool.PatchAsync($"/api/v1/users/{user}", Json($$"""{"enabled":{{(isEnabled ? "true" : "false")}}}"""));
        async Task<string?> NameAsync(string id) => (await ShowAsync($"/v3/sources/{id}")).GetProperty("name").GetString();
        async Task<JsonElement> ShowAsync(string path)
        {
            using HttpResponseMessage answer = await AnswerAsync(() => tool.GetAsync(path));
            string text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode, $"{path}: {text}");
            return JsonElement.Parse(text);
        }
    }

    private static async Task<string> UserAsync(HttpClient tool)
    {
        using HttpResponseMessage answer = await AnswerAsync(() => tool.PostAsync("/api/v1/users", Json("""{"name":"late","roles":["agent"],"password":"a-long-password-1"}""")));
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonElement.Parse(text).GetProperty("id").GetString()!;
    }
}
