using System.Text.Json;
using Xunit;

namespace CommandBroker.Cli.Tests;

public sealed class LoginTests : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("cbroker-home-").FullName;
    private FakeBroker _broker = null!;

    private string Saved => Path.Combine(_home, "commandbroker", "login.json");

    public async Task InitializeAsync() => _broker = await FakeBroker.StartAsync();

    public async Task DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task A_login_is_kept_for_its_owner_only_without_the_password_and_used_by_what_follows()
    {
        CliRun login = await LoginAsync();
        CliRun queue = await RunAsync("queue", "web-1");

        Assert.Equal((0, $"Signing in at {_broker.Address} as ada.\n"), (login.ExitCode, login.Error));
        Assert.StartsWith($"Signed in at {_broker.Address} as ada of default, project team, until ", login.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("issued-", login.Out, StringComparison.Ordinal);
        Assert.Equal(0, queue.ExitCode);
        Assert.Equal("issued-1", _broker.Identity.Callers.Last().Token);
        string text = await File.ReadAllTextAsync(Saved);
        Assert.DoesNotContain(FakeIdentity.Password, text, StringComparison.Ordinal);
        Assert.Equal("issued-1", JsonDocument.Parse(text).RootElement.GetProperty("token").GetString());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Saved));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(Saved)!));
        }
    }

    [Fact]
    public async Task A_file_that_others_could_read_is_replaced_by_one_that_they_cannot()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Saved)!);
        foreach (string path in (string[])[Saved, Saved + ".new"])
        {
            await File.WriteAllTextAsync(path, "{}");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
            }
        }

        await File.WriteAllTextAsync(Saved, """{"endpoint":"http://127.0.0.1:1","token":"t","expires_at":"2020-01-01T00:00:00Z","user":"old","domain":"d"}""");
        Assert.Equal(0, (await LoginAsync()).ExitCode);

        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(Saved) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Theory]
    [InlineData("--project", "team", """"scope":{"project":{"name":"team"}}"""")]
    [InlineData("--project", "0123456789abcdef0123456789abcdef", """"scope":{"project":{"id":"0123456789abcdef0123456789abcdef"}}"""")]
    [InlineData("--domain", "north", """"domain":{"name":"north"}"""")]
    public async Task Domain_and_project_are_part_of_the_sign_in(string option, string value, string part)
    {
        await LoginAsync(option, value);

        Assert.Contains(part, Assert.Single(_broker.Identity.Calls), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_password_comes_from_a_file_the_standard_input_or_the_environment()
    {
        string file = Path.Combine(_home, "password");
        await File.WriteAllTextAsync(file, FakeIdentity.Password + "\n");
        string[] login = ["login", "--user", "ada", "--endpoint", _broker.Address];

        Assert.Equal(0, (await CliRun.ByAsync(null, null, "", [.. login, "--password-file", file], _home)).ExitCode);
        Assert.Equal(0, (await CliRun.ByAsync(null, null, FakeIdentity.Password + "\nmore", [.. login, "--password-file", "-"], _home)).ExitCode);
        Assert.Equal(0, (await CliRun.ByAsync(null, Environment(("COMMANDBROKER_PASSWORD", FakeIdentity.Password)), "", login, _home)).ExitCode);
        CliRun none = await CliRun.ByAsync(null, null, FakeIdentity.Password, login, _home);
        Assert.Equal(2, none.ExitCode);
        Assert.Contains("--password-file", none.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_that_would_cross_a_network_in_clear_is_pointed_out()
    {
        CliRun run = await CliRun.ByAsync(
            null, null, "", ["login", "--user", "ada", "--endpoint", "http://broker.invalid:8080"], _home, FakeIdentity.Password);

        Assert.Equal(3, run.ExitCode);
        Assert.StartsWith("cbroker: broker.invalid:8080 is reached without TLS", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_exit_code_4_and_leaves_nothing_behind()
    {
        CliRun run = await CliRun.ByAsync(null, null, "", ["login", "--user", "ada", "--endpoint", _broker.Address], _home, "wrong");

        Assert.Equal((4, ""), (run.ExitCode, run.Out));
        Assert.EndsWith("cbroker: The username or password is wrong.\n", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Saved));
    }

    [Fact]
    public async Task Logging_out_revokes_the_token_and_removes_it()
    {
        await LoginAsync();

        CliRun first = await RunAsync("logout");
        CliRun second = await RunAsync("logout");

        Assert.Equal((0, $"Signed out ada at {_broker.Address}.\n"), (first.ExitCode, first.Out));
        Assert.Equal("REVOKE issued-1", _broker.Identity.Calls.Last());
        Assert.False(File.Exists(Saved));
        Assert.Equal((0, "Nobody was signed in.\n"), (second.ExitCode, second.Out));
    }

    [Fact]
    public async Task A_login_and_its_end_are_json_for_a_program()
    {
        CliRun login = await LoginAsync("--output", "json");
        CliRun logout = await RunAsync("logout", "--output", "json");
        CliRun nobody = await RunAsync("logout", "--output", "json");

        Assert.Equal("ada", JsonDocument.Parse(login.Out).RootElement.GetProperty("user").GetString());
        Assert.True(JsonDocument.Parse(logout.Out).RootElement.GetProperty("signed_out").GetBoolean());
        Assert.False(JsonDocument.Parse(nobody.Out).RootElement.GetProperty("signed_out").GetBoolean());
    }

    [Fact]
    public async Task A_login_that_has_ended_says_so()
    {
        _broker.Identity.Lifetime = TimeSpan.FromSeconds(-1);
        await LoginAsync();

        CliRun run = await RunAsync("queue", "web-1");

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("has ended at", run.Error, StringComparison.Ordinal);
        Assert.Contains("'cbroker login'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_is_not_shown_to_another_broker()
    {
        await LoginAsync();
        await using FakeBroker other = await FakeBroker.StartAsync();

        CliRun run = await RunAsync("queue", "web-1", "--endpoint", other.Address);

        Assert.Equal(4, run.ExitCode);
        Assert.Equal(("", "", ""), other.Identity.Callers.Single());
    }

    [Fact]
    public async Task Flags_come_before_the_environment_and_that_before_the_login_and_that_before_the_local_broker()
    {
        string directory = Directory.CreateDirectory(Path.Combine(_home, "work", "data")).Parent!.FullName;
        await File.WriteAllTextAsync(
            Path.Combine(directory, "data", "dev-credentials.json"), $$"""{"endpoint":"{{_broker.Address}}","token":"{{FakeBroker.Token}}"}""");

        Assert.Equal((FakeBroker.Token, "", ""), await CallerAsync(directory));
        await LoginAsync();
        Assert.Equal(("issued-1", "", ""), await CallerAsync(directory));
        (string Token, string Authorization, string Project) signed = await CallerAsync(
            directory, ("COMMANDBROKER_ACCESS_KEY", "AK1"), ("COMMANDBROKER_SECRET_KEY", "SK1"), ("COMMANDBROKER_PROJECT", "p-1"));
        Assert.Equal(("", "p-1"), (signed.Token, signed.Project));
        Assert.Contains("SignedHeaders=host;x-project-id;x-sdk-date,", signed.Authorization, StringComparison.Ordinal);
        Assert.Equal("from-environment", (await CallerAsync(directory, ("COMMANDBROKER_TOKEN", "from-environment"), ("COMMANDBROKER_ACCESS_KEY", "AK1"))).Token);
        await CliRun.ByAsync(directory, Environment(("COMMANDBROKER_TOKEN", "x")), "", ["queue", "web-1", "--token", "from-flag", "--project", "p-2"], _home);
        Assert.Equal(("from-flag", "p-2"), (_broker.Identity.Callers.Last().Token, _broker.Identity.Callers.Last().Project));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupWrite, UnixFileMode.None)]
    [InlineData(UnixFileMode.OtherWrite, UnixFileMode.None)]
    [InlineData(UnixFileMode.None, UnixFileMode.OtherWrite)]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task A_local_broker_s_file_that_others_may_write_is_passed_over_with_a_warning(UnixFileMode ofFile, UnixFileMode ofDirectory)
    {
        string file = await WriteLocalAsync("work");
        File.SetUnixFileMode(file, File.GetUnixFileMode(file) | ofFile);
        string data = Path.GetDirectoryName(file)!;
        File.SetUnixFileMode(data, File.GetUnixFileMode(data) | ofDirectory);

        CliRun run = await CliRun.ByAsync(Path.Combine(_home, "work"), null, "", ["login", "--user", "ada"], _home, FakeIdentity.Password);

        Assert.Equal(3, run.ExitCode);
        Assert.StartsWith($"cbroker: {file} is passed over: another user owns it", run.Error, StringComparison.Ordinal);
        Assert.Empty(_broker.Identity.Calls);
    }

    [Theory]
    [InlineData("work/project/.git", null)]
    [InlineData("work/project/deep", "work/project")]
    public async Task The_search_for_a_local_broker_ends_at_a_repository_and_at_home(string made, string? home)
    {
        await WriteLocalAsync("work");
        Directory.CreateDirectory(Path.Combine(_home, made));

        CliRun run = await CliRun.ByAsync(
            Path.Combine(_home, "work/project"), home is null ? null : Environment(("HOME", Path.Combine(_home, home))), "", ["queue", "web-1"], _home);

        Assert.Equal(3, run.ExitCode);
        Assert.StartsWith("cbroker: No broker is named", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_and_a_token_do_not_follow_a_redirect()
    {
        await using FakeBroker elsewhere = await FakeBroker.StartAsync();
        _broker.RedirectTo = elsewhere.Address;

        CliRun login = await LoginAsync();
        CliRun queue = await CliRun.WithAsync(_broker, "", "queue", "web-1");

        Assert.Equal((2, 2), (login.ExitCode, queue.ExitCode));
        Assert.Contains($"points to {elsewhere.Address}", login.Error, StringComparison.Ordinal);
        Assert.Contains($"points to {elsewhere.Address}", queue.Error, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Identity.Calls);
        Assert.Empty(elsewhere.Identity.Callers);
    }

    [Fact]
    public async Task Half_a_key_is_no_key()
    {
        CliRun run = await CliRun.ByAsync(
            null, Environment(("COMMANDBROKER_ACCESS_KEY", "AK1"), ("COMMANDBROKER_ENDPOINT", _broker.Address)), "", ["queue", "web-1"], _home);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("must be set together", run.Error, StringComparison.Ordinal);
    }

    private async Task<(string Token, string Authorization, string Project)> CallerAsync(string directory, params (string, string)[] environment)
    {
        await CliRun.ByAsync(directory, Environment(environment), "", ["queue", "web-1"], _home);
        return _broker.Identity.Callers.Last();
    }

    private async Task<string> WriteLocalAsync(string directory)
    {
        string data = Directory.CreateDirectory(Path.Combine(_home, directory, "data")).FullName;
        string file = Path.Combine(data, "dev-credentials.json");
        await File.WriteAllTextAsync(file, $$"""{"endpoint":"{{_broker.Address}}","token":"{{FakeBroker.Token}}"}""");
        return file;
    }

    private Task<CliRun> LoginAsync(params string[] more) =>
        CliRun.ByAsync(null, null, "", ["login", "--user", "ada", "--endpoint", _broker.Address, .. more], _home, FakeIdentity.Password);

    private Task<CliRun> RunAsync(params string[] args) => CliRun.ByAsync(null, null, "", args, _home);

    private static Dictionary<string, string> Environment(params (string Name, string Value)[] variables) =>
        variables.ToDictionary(pair => pair.Name, pair => pair.Value);
}
