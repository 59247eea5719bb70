using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>The command line as its users meet it: a process beside a real broker, what it prints, its exit code.</summary>
public sealed class CliTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-cli-").FullName;
    private readonly BrokerProcess _broker;

    public CliTests() => _broker = new BrokerProcess(Path.Combine(_directory, "data"));

    public Task InitializeAsync() => _broker.StartAsync();

    public async Task DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_command_is_enqueued_seen_carried_out_and_found_in_the_history()
    {
        await RegisterAsync();

        FinishedProcess enqueued = await DoneAsync("enqueue", "web-1", "START", "--task", "t-1", "--param", "k=v");
        JsonElement queue = Json(await DoneAsync("queue", "web-1", "-o", "json"));
        FinishedProcess agent = await DoneAsync("agent", "web-1", "--count", "1");
        JsonElement history = Json(await DoneAsync("history", "web-1", "-o", "json"));

        Assert.Contains("Command 1 of web-1", enqueued.Out, StringComparison.Ordinal);
        Assert.Equal(1, queue.GetProperty("pending_count").GetInt32());
        Assert.Contains("reported success", agent.Out, StringComparison.Ordinal);
        JsonElement ended = Assert.Single(history.GetProperty("commands").EnumerateArray());
        Assert.Equal(
            ("1", "START", "succeeded", "agent"),
            (Text(ended, "command_id"), Text(ended, "command_name"), Text(ended, "state"), Text(ended, "ended_by")));
        Assert.Equal("t-1", Text(ended.GetProperty("command_param"), "task_id"));
    }

    [ToolFact("kill")]
    public async Task An_enqueue_that_waits_for_further_lines_says_what_was_done_when_it_is_ended()
    {
        await RegisterAsync();
        using Process enqueue = CliProcess.Start(_directory, "enqueue", "--file", "-", "-o", "ndjson");
        await enqueue.StandardInput.WriteLineAsync("""{"server_id":"web-1","command_name":"START"}""");
        await enqueue.StandardInput.FlushAsync();
        Assert.NotNull(await enqueue.StandardOutput.ReadLineAsync());

        using Process kill = Process.Start("kill", ["-TERM", $"{enqueue.Id}"]);
        string error = await enqueue.StandardError.ReadToEndAsync();
        await enqueue.WaitForExitAsync();

        Assert.StartsWith("1 enqueued, 0 were there, 0 refused, then interrupted.", error, StringComparison.Ordinal);
        Assert.Equal(130, enqueue.ExitCode);
    }

    [Fact]
    public async Task A_file_with_a_broken_line_enqueues_the_others_and_a_second_run_adds_nothing()
    {
        await RegisterAsync();
        await File.WriteAllLinesAsync(Path.Combine(_directory, "commands.ndjson"),
        [
            """{"server_id":"web-1","command_name":"START","command_param":{"task_id":"t-1"}}""",
            """{"server_id":"web-1","command_na""",
            """{"server_id":"web-1","command_name":"STOP","idempotency_key":"k-1"}""",
        ]);

        FinishedProcess first = await RunAsync("enqueue", "--file", "commands.ndjson");
        FinishedProcess second = await RunAsync("enqueue", "--file", "commands.ndjson");
        JsonElement queue = Json(await DoneAsync("queue", "web-1", "-o", "json"));

        Assert.Equal((1, "2 enqueued, 0 were there, 1 refused"), (first.ExitCode, first.Out.Trim()));
        Assert.StartsWith("line 2: ", first.Error, StringComparison.Ordinal);
        Assert.Equal((1, "0 enqueued, 2 were there, 1 refused"), (second.ExitCode, second.Out.Trim()));
        Assert.Equal(["START", "STOP"], queue.GetProperty("commands").EnumerateArray().Select(command => Text(command, "command_name")));
    }

    [Fact]
    public async Task An_unknown_source_server_is_exit_code_5()
    {
        foreach (string line in (string[])["queue nobody", "enqueue nobody START", "history nobody", "watch nobody", "agent nobody"])
        {
            AssertOneSentence(5, await RunAsync(line.Split(' ')));
        }
    }

    [Fact]
    public async Task A_broker_that_does_not_run_is_one_sentence_and_exit_code_3()
    {
        await _broker.TerminateAsync();

        foreach (string line in (string[])["queue web-1", "enqueue web-1 START", "watch web-1", "agent web-1"])
        {
            FinishedProcess run = await RunAsync(line.Split(' '));

            AssertOneSentence(3, run);
            Assert.Contains(_broker.Address, run.Error, StringComparison.Ordinal);
        }
    }

    private static void AssertOneSentence(int exitCode, FinishedProcess run)
    {
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Out));
        Assert.StartsWith("cbroker: ", Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private static JsonElement Json(FinishedProcess run) => JsonDocument.Parse(run.Out).RootElement;

    private static string? Text(JsonElement record, string member) => record.GetProperty(member).GetString();

    private Task RegisterAsync() => DoneAsync("source", "register", "web", "--os", "LINUX", "--id", "web-1");

    private Task<FinishedProcess> RunAsync(params string[] args) => CliProcess.RunAsync(_directory, args);

    private async Task<FinishedProcess> DoneAsync(params string[] args)
    {
        FinishedProcess run = await RunAsync(args);
        Assert.True(run.ExitCode == 0, run.Error);
        return run;
    }
}
