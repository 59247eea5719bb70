using System.Text.Json;
using Xunit;

namespace CommandBroker.Cli.Tests;

public sealed class IdentityVerbTests : IAsyncLifetime
{
    private FakeBroker _broker = null!;

    public async Task InitializeAsync() => _broker = await FakeBroker.StartAsync();

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Fact]
    public async Task A_new_key_shows_its_secret_and_says_that_it_is_the_only_time()
    {
        foreach (string line in (string[])["key create ada --lifetime 90d --description job", "key rotate AK1 --overlap 7d", "agent-key web-1"])
        {
            CliRun run = await RunAsync(line.Split(' '));

            Assert.Equal((0, "The secret key is not shown again.\n"), (run.ExitCode, run.Error));
            Assert.Contains($"secret key      {FakeIdentity.SecretKey}\n", run.Out, StringComparison.Ordinal);
        }

        Assert.Equal(
            [
                $$"""POST /api/v1/keys {"user_id":"{{FakeIdentity.UserId}}","description":"job","lifetime":"90d"}""",
                """POST /api/v1/keys/AK1/rotate {"overlap":"7d"}""",
                "POST /api/v1/sources/web-1/agent-key {}",
            ],
            _broker.Identity.Calls);
    }

    [Fact]
    public async Task A_new_key_as_json_can_be_read_by_a_script()
    {
        CliRun run = await RunAsync("agent-key", "web-1", "--output", "json");

        JsonElement made = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(("AK1", FakeIdentity.SecretKey), (made.GetProperty("access_key").GetString(), made.GetProperty("secret_key").GetString()));
    }

    [Fact]
    public async Task A_key_in_a_file_is_for_its_owner_only_and_none_is_made_where_a_file_is_there()
    {
        string directory = Directory.CreateTempSubdirectory("cbroker-secret-").FullName;
        try
        {
            string path = Path.Combine(directory, "web-1.key");
            CliRun first = await RunAsync("agent-key", "web-1", "--secret-file", path);
            CliRun second = await RunAsync("agent-key", "web-1", "--secret-file", path);

            Assert.Equal((0, 2), (first.ExitCode, second.ExitCode));
            Assert.DoesNotContain(FakeIdentity.SecretKey, first.Out + first.Error, StringComparison.Ordinal);
            Assert.Contains(FakeIdentity.SecretKey, await File.ReadAllTextAsync(path), StringComparison.Ordinal);
            Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
            Assert.Single(_broker.Identity.Calls);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task What_is_done_is_json_for_a_program()
    {
        CliRun run = await RunAsync("identity", "reencrypt", "-o", "json");

        Assert.Equal(JsonValueKind.Number, JsonDocument.Parse(run.Out).RootElement.GetProperty("remaining_count").ValueKind);
    }

    [Theory]
    [InlineData("More: --before 7\n", "audit", "--limit", "1")]
    [InlineData("More: --offset 1\n", "source", "list", "--limit", "1")]
    public async Task Lines_for_a_program_leave_the_next_page_to_the_standard_error(string more, params string[] verb)
    {
        CliRun run = await RunAsync([.. verb, "-o", "ndjson"]);

        Assert.Equal((0, more), (run.ExitCode, run.Error));
        Assert.Single(run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("user create bob --role admin --role agent --no-password", """POST /api/v1/users {"name":"bob","roles":["agent","admin"]}""")]
    [InlineData(
        "user create bob --domain-id d2 --project p2 --domain-wide --server web-1 --no-password",
        """POST /api/v1/users {"name":"bob","domain_id":"d2","project_id":"p2","domain_wide":true,"server_id":"web-1","roles":[]}""")]
    [InlineData("user role ada operator auditor", """PATCH /api/v1/users/ID {"roles":["operator","auditor"]}""")]
    [InlineData("user disable ada", """PATCH /api/v1/users/ID {"enabled":false}""")]
    [InlineData("user enable ada", """PATCH /api/v1/users/ID {"enabled":true}""")]
    [InlineData("user delete ada", "DELETE /api/v1/users/ID")]
    [InlineData("key disable AK1", """PATCH /api/v1/keys/AK1 {"enabled":false}""")]
    [InlineData("key enable AK1", """PATCH /api/v1/keys/AK1 {"enabled":true}""")]
    [InlineData("key delete AK1", "DELETE /api/v1/keys/AK1")]
    [InlineData("key rotate AK1 --now", """POST /api/v1/keys/AK1/rotate {"overlap":"0s"}""")]
    [InlineData("key create ada --temporary", """POST /api/v1/keys {"user_id":"ID","lifetime":"1h","temporary":true}""")]
    [InlineData("tenant create team", """POST /api/v1/projects {"name":"team"}""")]
    [InlineData("tenant create north --new-domain", """POST /api/v1/domains {"name":"north"}""")]
    [InlineData("tenant disable p", """PATCH /api/v1/projects/p {"enabled":false}""")]
    [InlineData(
        "tenant quota p --source-servers 5 --requests-per-second 0", """PATCH /api/v1/projects/p {"max_source_servers":5,"max_requests_per_second":0}""")]
    [InlineData("identity rotate-token-key", "POST /api/v1/identity/rotate-token-key")]
    [InlineData("identity rotate-token-key --now", "POST /api/v1/identity/rotate-token-key {\"now\":true}")]
    [InlineData("identity reencrypt", "POST /api/v1/identity/reencrypt")]
    public async Task A_verb_is_one_call(string line, string call)
    {
        CliRun run = await RunAsync(line.Split(' '));

        Assert.Equal((0, ""), (run.ExitCode, run.Error.Replace("The secret key is not shown again.\n", "", StringComparison.Ordinal)));
        Assert.Equal(call.Replace("ID", FakeIdentity.UserId, StringComparison.Ordinal), Assert.Single(_broker.Identity.Calls));
    }

    [Theory]
    [InlineData("done", 0, "3 secrets encrypted anew; 1 remain.")]
    [InlineData("failed", 6, "3 secrets were encrypted anew and 1 remain.")]
    [InlineData("idle", 3, "has ended, and 1 remain. Repeat the call")]
    public async Task The_exchange_of_the_master_key_says_what_remains(string state, int exitCode, string said)
    {
        _broker.Identity.ReencryptionState = state;

        CliRun run = await RunAsync("identity", "reencrypt");

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(said, run.Out + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_password_is_asked_for_and_never_shown()
    {
        CliRun run = await CliRun.ByAsync(null, Environment(), "", ["user", "password", "ada"], password: "new and long");

        Assert.Equal(0, run.ExitCode);
        Assert.EndsWith("""{"password":"new and long"}""", Assert.Single(_broker.Identity.Calls), StringComparison.Ordinal);
        Assert.DoesNotContain("new and long", run.Out + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistyped_new_password_changes_nothing()
    {
        int asked = 0;
        CliRun run = await CliRun.ByAsync(null, Environment(), "", ["user", "password", "ada"], ask: _ => $"password {asked++}");

        Assert.Equal((2, "cbroker: The two passwords differ; nothing was changed.\n"), (run.ExitCode, run.Error));
        Assert.Empty(_broker.Identity.Calls);
    }

    [Fact]
    public async Task Lists_are_tables_for_eyes_and_lines_for_scripts()
    {
        Assert.Matches("^NAME +ROLES +PROJECT .*\nada +admin +team ", (await RunAsync("user", "list")).Out);
        Assert.Matches("^ACCESS KEY +USER .*\nAK1 +ada .* for tests\n", (await RunAsync("key", "list", "--user", "ada")).Out);
        Assert.Matches("^ID +NAME +ENABLED +SOURCE SERVERS .*\np +team +yes +5 +- +-\n", (await RunAsync("tenant", "list")).Out);
        foreach (string line in (string[])["user list", "key list", "tenant list", "audit"])
        {
            CliRun run = await RunAsync([.. line.Split(' '), "-o", "ndjson"]);
            Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(Assert.Single(run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries))).RootElement.ValueKind);
        }
    }

    [Fact]
    public async Task The_audit_is_asked_for_what_the_options_say()
    {
        CliRun run = await RunAsync("audit", "--action", "key.", "--project", "p", "--limit", "1");

        Assert.Contains("key.created", run.Out, StringComparison.Ordinal);
        Assert.Contains("?project_id=p&action=key.&limit=1", run.Out, StringComparison.Ordinal);
        Assert.EndsWith("More: --before 7\n", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, "user show nobody")]
    [InlineData(5, "key create nobody")]
    [InlineData(5, "tenant show nothing")]
    [InlineData(2, "user create bob --role root --no-password")]
    [InlineData(2, "user create bob --role admin")]
    [InlineData(2, "user role ada")]
    [InlineData(2, "key rotate AK1 --overlap soon")]
    [InlineData(2, "agent-key no/id")]
    [InlineData(4, "user list --token wrong")]
    public async Task The_exit_code_says_what_went_wrong(int expected, string line)
    {
        CliRun run = await RunAsync(line.Split(' '));

        Assert.Equal((expected, ""), (run.ExitCode, run.Out));
        Assert.NotEqual("", run.Error);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.Empty(_broker.Identity.Calls);
    }

    [Theory]
    [InlineData("login")]
    [InlineData("tenant")]
    [InlineData("user")]
    [InlineData("user create")]
    [InlineData("key")]
    [InlineData("agent-key")]
    [InlineData("audit")]
    public async Task Help_is_the_manual(string verb) =>
        Assert.Contains("Examples:", (await RunAsync([.. verb.Split(' '), "--help"])).Out, StringComparison.Ordinal);

    private Task<CliRun> RunAsync(params string[] args) => CliRun.WithAsync(_broker, "", args);

    private Dictionary<string, string> Environment() => new()
    {
        ["COMMANDBROKER_ENDPOINT"] = _broker.Address,
        ["COMMANDBROKER_TOKEN"] = FakeBroker.Token,
    };
}
