using CommandBroker.Core;
using CommandBroker.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CommandBroker.Cli.Tests;

public sealed class AdminVerbTests : IAsyncLifetime
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "commandbroker-admin-" + Guid.NewGuid().ToString("N"));

    private string Store => Path.Combine(_directory, "broker.db");

    public async Task InitializeAsync()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?> { ["Storage:DataDirectory"] = _directory }).Build();
        await using ServiceProvider services = new ServiceCollection().AddSingleton(configuration).AddBrokerStorage().BuildServiceProvider();
        var database = services.GetRequiredService<IBrokerDatabase>();
        await database.OpenAsync(CancellationToken.None);
        var key = SourceServerKey.Parse("web-1");
        await database.SourceServers.RegisterAsync(new SourceServer { Key = key, Name = "web", OsType = "LINUX", RegisteredAt = DateTimeOffset.UnixEpoch }, 10);
        StoredQueue queue = (await database.Commands.LoadAsync(key))!;
        var command = new Command { Seq = 1, Name = "START", Param = "{}", EnqueuedAt = DateTimeOffset.UnixEpoch, EnqueuedBy = "operator" };
        await database.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Commands = [command] });
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Verify_says_that_a_store_is_sound()
    {
        CliRun run = await RunAsync("admin", "verify", _directory);

        Assert.Equal((0, "1 source servers, 1 commands (1 open), 0 removed: sound.\n", ""), (run.ExitCode, run.Out, run.Error));
    }

    [Fact]
    public async Task Verify_names_the_source_server_and_the_command_and_has_an_exit_code_of_its_own()
    {
        Spoil("UPDATE command SET state = 77");

        CliRun run = await RunAsync("admin", "verify", Store);

        Assert.Equal(7, run.ExitCode);
        Assert.StartsWith("web-1 command 1: EverythingIsReadable: ", run.Out, StringComparison.Ordinal);
        Assert.EndsWith("1 findings, 1 source servers concerned.\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_writes_one_json_value_for_a_program()
    {
        Spoil("UPDATE source_server SET seq_floor = 2");

        CliRun run = await RunAsync("admin", "verify", Store, "--json");

        Assert.Equal(7, run.ExitCode);
        using var json = System.Text.Json.JsonDocument.Parse(run.Out);
        Assert.Equal(1, json.RootElement.GetProperty("verdict").GetProperty("finding_count").GetInt64());
        Assert.Equal("NothingIsLost", json.RootElement.GetProperty("findings")[0].GetProperty("invariant").GetString());
        Assert.Equal("web-1", json.RootElement.GetProperty("findings")[0].GetProperty("source").GetString());
    }

    [Fact]
    public async Task Findings_beyond_the_wanted_number_are_counted()
    {
        Spoil("UPDATE command SET state = 77; UPDATE source_server SET removed_count = 5");

        CliRun run = await RunAsync("admin", "verify", Store, "--max-findings", "1", "-o", "ndjson");

        Assert.Equal(2, run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("\"finding_count\":2", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_not_there_is_wrong_usage_and_a_password_is_never_repeated()
    {
        CliRun nowhere = await RunAsync("admin", "verify", "/nowhere/at.all");
        CliRun unreadable = await RunAsync("admin", "verify", "Nonsense=1;Password=hunter2");
        CliRun unreachable = await RunAsync("admin", "verify", "Host=127.0.0.1;Port=1;Username=u;Password=hunter2;Timeout=2");

        Assert.Equal((2, 2, 3), (nowhere.ExitCode, unreadable.ExitCode, unreachable.ExitCode));
        Assert.Contains("There is no file /nowhere/at.all", nowhere.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", unreadable.Error + unreachable.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_is_sound_and_restored_raises_its_numbers()
    {
        string copy = Path.Combine(_directory, "copy.db");

        Assert.Equal(0, (await RunAsync("admin", "backup", _directory, copy)).ExitCode);
        Assert.Equal(0, (await RunAsync("admin", "verify", copy)).ExitCode);
        Assert.Equal("Numbers raised for 1 source servers.\n", (await RunAsync("admin", "restored", copy)).Out);
        Assert.Equal("{\"raised_count\":1}\n", (await RunAsync("admin", "restored", copy, "--output", "json")).Out);
        Assert.Equal(0, (await RunAsync("admin", "verify", copy)).ExitCode);
        Assert.Equal(1, (await RunAsync("admin", "backup", _directory, copy)).ExitCode);
    }

    private static Task<CliRun> RunAsync(params string[] args) => CliRun.ByAsync(null, null, "", args);

    private void Spoil(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Store};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
