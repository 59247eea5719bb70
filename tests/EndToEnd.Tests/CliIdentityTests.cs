using System.Text.Json;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>The command line beside a real broker: signing in, making users and keys, and who may then do what.</summary>
public sealed class CliIdentityTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-cli-identity-").FullName;
    private readonly BrokerProcess _broker;

    public CliIdentityTests() => _broker = new BrokerProcess(Path.Combine(_directory, "data"));

    public Task InitializeAsync() => _broker.StartAsync();

    public async Task DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task An_agent_with_a_key_of_its_own_works_on_its_source_server_and_sees_no_other()
    {
        await DoneAsync("source", "register", "web", "--id", "web-1");
        await DoneAsync("source", "register", "web", "--id", "web-2");
        await DoneAsync("enqueue", "web-1", "START", "--task", "t-1");
        JsonElement key = Json(await DoneAsync("agent-key", "web-1", "-o", "json"));
        (string, string)[] agent = Environment(key);

        FinishedProcess own = await RunAsync(agent, "agent", "web-1", "--count", "1");
        FinishedProcess foreign = await RunAsync(agent, "agent", "web-2", "--count", "1");
        FinishedProcess tool = await RunAsync(agent, "queue", "web-1");

        Assert.True(own.ExitCode == 0, own.Error);
        Assert.Contains("reported success", own.Out, StringComparison.Ordinal);
        Assert.Equal((5, 4), (foreign.ExitCode, tool.ExitCode));
        Assert.Contains("succeeded", (await DoneAsync("history", "web-1")).Out, StringComparison.Ordinal);

        await DoneAsync("key", "disable", Text(key, "access_key"));
        await EventuallyAsync(4, () => RunAsync(agent, "agent", "web-1", "--until-idle"));
    }

    [Fact]
    public async Task A_user_signs_in_does_what_its_role_allows_and_out_again()
    {
        await DoneAsync("source", "register", "web", "--id", "web-1");
        await WriteAsync("first", "first-password");
        await WriteAsync("second", "second-password");
        await DoneAsync("user", "create", "ada", "--role", "operator", "--password-file", "first");

        FinishedProcess wrong = await RunAsync("login", "--user", "ada", "--password-file", "second");
        FinishedProcess login = await DoneAsync("login", "--user", "ada", "--password-file", "first");
        FinishedProcess enqueue = await DoneAsync("enqueue", "web-1", "START");
        FinishedProcess forbidden = await RunAsync("user", "list");

        Assert.Equal(4, wrong.ExitCode);
        Assert.StartsWith($"Signed in at {_broker.Address} as ada of default, project default, until ", login.Out, StringComparison.Ordinal);
        Assert.Contains("Command 1 of web-1", enqueue.Out, StringComparison.Ordinal);
        Assert.Equal(4, forbidden.ExitCode);
        Assert.Contains("iam:identity:read", forbidden.Error, StringComparison.Ordinal);
        Assert.Equal("ada", Text(Json(await DoneAsync("command", "show", "web-1", "1", "-o", "json")), "enqueued_by"));

        (string, string)[] admin = [("COMMANDBROKER_TOKEN", _broker.Token)];
        await DoneAsync(admin, "user", "password", "ada", "--password-file", "second");
        await EventuallyAsync(4, () => RunAsync("queue", "web-1"));
        await DoneAsync("login", "--user", "ada", "--password-file", "second");
        FinishedProcess logout = await DoneAsync("logout");
        Assert.Equal($"Signed out ada at {_broker.Address}.", logout.Out.Trim());
        await DoneAsync("user", "delete", "ada");
        Assert.Equal(5, (await RunAsync("user", "show", "ada")).ExitCode);
    }

    [Fact]
    public async Task The_audit_tells_who_did_what_without_a_secret()
    {
        JsonElement key = Json(await DoneAsync("key", "create", "operator", "--lifetime", "90d", "-o", "json"));
        JsonElement rotated = Json(await DoneAsync("key", "rotate", Text(key, "access_key"), "--overlap", "7d", "-o", "json"));
        await DoneAsync("key", "delete", Text(rotated, "access_key"));
        await RunAsync([("COMMANDBROKER_PASSWORD", "not-the-password")], "login", "--user", "operator");

        FinishedProcess audit = await EventuallyAsync(0, () => RunAsync("audit", "-o", "ndjson"), run => run.Out.Contains("signin.refused", StringComparison.Ordinal));

        JsonElement[] events = [.. audit.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Contains(events, one => Text(one, "action") == "key.created" && Text(one, "subject") == Text(key, "access_key") && Text(one, "actor") == "operator");
        Assert.Contains(events, one => Text(one, "action") == "key.deleted" && Text(one, "subject") == Text(rotated, "access_key"));
        foreach (string secret in (string[])[Text(key, "secret_key"), Text(rotated, "secret_key"), "not-the-password"])
        {
            Assert.DoesNotContain(secret, audit.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_project_of_another_team_is_another_world()
    {
        string project = Text(Json(await DoneAsync("tenant", "create", "team-b", "-o", "json")), "id");
        await DoneAsync("source", "register", "ours", "--id", "web-1");
        await DoneAsync("user", "create", "bob", "--role", "operator", "--project", project, "--no-password");
        (string, string)[] bob = Environment(Json(await DoneAsync("key", "create", "bob", "-o", "json")));

        Assert.Equal(5, (await RunAsync(bob, "queue", "web-1")).ExitCode);
        await DoneAsync(bob, "source", "register", "theirs", "--id", "web-1");
        Assert.Equal("theirs", Text(Json(await DoneAsync(bob, "source", "show", "web-1", "-o", "json")), "name"));
        Assert.Equal("ours", Text(Json(await DoneAsync("source", "show", "web-1", "-o", "json")), "name"));
        Assert.Equal("theirs", Text(Json(await DoneAsync("source", "show", "web-1", "--project", project, "-o", "json")), "name"));

        await DoneAsync("tenant", "disable", project);
        await EventuallyAsync(4, () => RunAsync(bob, "queue", "web-1"));
    }

    private (string, string)[] Environment(JsonElement key) =>
    [
        ("COMMANDBROKER_ENDPOINT", _broker.Address),
        ("COMMANDBROKER_ACCESS_KEY", Text(key, "access_key")),
        ("COMMANDBROKER_SECRET_KEY", Text(key, "secret_key")),
    ];

    // A change counts at the gateway after Identity:RefreshInterval, which no test can see begin: it is asked until then.
    private static async Task<FinishedProcess> EventuallyAsync(int exitCode, Func<Task<FinishedProcess>> run, Func<FinishedProcess, bool>? isRight = null)
    {
        for (int attempt = 1; ; attempt++)
        {
            FinishedProcess done = await run();
            if (done.ExitCode == exitCode && (isRight is null || isRight(done)))
            {
                return done;
            }

            Assert.True(attempt < 30, $"{done.ExitCode} instead of {exitCode}: {done.Out}{done.Error}");
        }
    }

    private static JsonElement Json(FinishedProcess run) => JsonDocument.Parse(run.Out).RootElement;

    private static string Text(JsonElement record, string member) => record.TryGetProperty(member, out JsonElement text) ? text.GetString() ?? "" : "";

    private Task WriteAsync(string file, string text) => File.WriteAllTextAsync(Path.Combine(_directory, file), text);

    private Task<FinishedProcess> RunAsync(params string[] args) => CliProcess.RunAsync(_directory, args);

    private Task<FinishedProcess> RunAsync((string, string)[] environment, params string[] args) => CliProcess.RunAsync(_directory, environment, args);

    private Task<FinishedProcess> DoneAsync(params string[] args) => DoneAsync([], args);

    private async Task<FinishedProcess> DoneAsync((string, string)[] environment, params string[] args)
    {
        FinishedProcess run = await RunAsync(environment, args);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', args)}: {run.Error}");
        return run;
    }
}
