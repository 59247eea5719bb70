using CommandBroker.Contracts;
using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace CommandBroker.Cli.Tests;

public sealed class VerbTests : IAsyncLifetime
{
    private FakeBroker _broker = null!;

    public async Task InitializeAsync() => _broker = await FakeBroker.StartAsync();

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Fact]
    public void A_pause_that_somebody_notices_is_said_with_its_reason_and_the_address()
    {
        using var error = new StringWriter { NewLine = "\n" };
        Action<BrokerException, TimeSpan> tell = RetryNotice.To(error, new Uri("http://127.0.0.1:8080/x"), "COMMANDBROKER_ENDPOINT");

        tell(new BrokerException(BrokerErrorReason.Unreachable, "No silo serves."), TimeSpan.FromMilliseconds(999));
        tell(new BrokerException(BrokerErrorReason.Unreachable, "No silo serves."), TimeSpan.FromSeconds(6.2));

        Assert.Equal("cbroker: No silo serves. Next attempt at http://127.0.0.1:8080 (COMMANDBROKER_ENDPOINT) in 7 s.\n", error.ToString());
    }

    [Fact]
    public async Task Enqueue_builds_the_parameters_and_tells_the_id()
    {
        CliRun run = await RunAsync(
            "enqueue", "web-1", "START", "--task", "t-1", "--bucket", "b", "--param", "q=a=b", "--key", "k", "--priority", "-5", "--ttl", "90s",
            "--not-before", "2026-03-01T12:00:00Z", "--supersede");

        Assert.Equal((0, "Command 17 of web-1, START, is in the queue.\n", ""), (run.ExitCode, run.Out, run.Error));
        Client.Wire.EnqueueBody body = _broker.Commands["k"];
        Assert.Equal("""{"task_id":"t-1","bucket":"b","q":"a=b"}""", body.CommandParam!.Text);
        Assert.Equal((-5, "90s", "2026-03-01T12:00:00Z", true), (body.Priority, body.TimeToLive, body.NotBefore, body.Supersede));
    }

    [Fact]
    public async Task A_table_that_is_redirected_is_neither_cut_nor_coloured()
    {
        CliRun run = await RunAsync("queue", "web-1");

        Assert.Contains($"for a poll{new string('.', 200)}\n", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Out);
        Assert.EndsWith("1 pending, 0 leased, 1,234 in the history, 0 removed by retention\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ndjson_is_a_line_for_a_command_even_when_its_parameters_hold_line_breaks()
    {
        CliRun run = await RunAsync("queue", "web-1", "-o", "ndjson");

        Assert.Contains("\"command_param\":{   \"task_id\": \"t-1\" }", Assert.Single(run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ndjson_of_a_history_has_a_line_for_each_report_that_ended_no_command()
    {
        CliRun run = await RunAsync("history", "web-1", "-o", "ndjson");

        string[] lines = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Contains("\"state\":\"pending\"", lines[0], StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\"reported_by\":\"agent\"", lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain("\"state\"", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_quarantined_are_listed_with_their_reason()
    {
        CliRun run = await RunAsync("source", "list", "--quarantined", "--limit", "1");

        Assert.Contains("row 7", run.Out, StringComparison.Ordinal);
        Assert.EndsWith("1 to 1 of 3; more: --offset 1\n", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "busy", "gone")]
    [InlineData(1, "gone", "busy")]
    [InlineData(5, "gone", "gone-too")]
    public async Task Of_several_deletions_a_refusal_decides_the_exit_code_whichever_came_last(int code, params string[] servers)
    {
        CliRun run = await RunAsync(["source", "delete", .. servers]);

        Assert.Equal(code, run.ExitCode);
        Assert.All(servers, server => Assert.Contains($"cbroker: {server}: ", run.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deletions_that_are_interrupted_say_what_was_done()
    {
        using var interrupt = new CancellationTokenSource();
        _broker.Deleting = path =>
        {
            bool isAnswered = !path.EndsWith("/web-2", StringComparison.Ordinal);
            if (!isAnswered)
            {
                interrupt.Cancel();
            }

            return isAnswered;
        };

        CliRun run = await CliRun.InterruptedAsync(
            _broker, Stream.Null, interrupt.Token, "source", "delete", "web-1", "busy", "web-2", "web-3", "web-4", "--output", "json");

        Assert.Equal(130, run.ExitCode);
        Assert.EndsWith(
            "cbroker: Interrupted. Deleted: web-1. Refused: busy. Deleted or not: web-2. Not tried: web-3, web-4.\n", run.Error, StringComparison.Ordinal);
        Assert.Equal(
            """{"deleted":["web-1"],"refused":[{"server_id":"busy","reason":"commands_outstanding","message":"It has open commands."}],"unknown":["web-2"],"not_tried":["web-3","web-4"]}""",
            run.Out.TrimEnd());
    }

    [Fact]
    public async Task Deletions_that_are_stopped_by_a_fault_say_what_was_done()
    {
        CliRun run = await RunAsync("source", "delete", "web-1", "barred", "web-3");

        Assert.Equal((4, ""), (run.ExitCode, run.Out));
        Assert.StartsWith("cbroker: barred: ", run.Error, StringComparison.Ordinal);
        Assert.EndsWith("cbroker: Stopped. Deleted: web-1. Refused: barred. Not tried: web-3.\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_server_that_is_not_found_may_be_one_that_the_caller_must_not_see()
    {
        CliRun run = await RunAsync("source", "show", "nobody");

        Assert.Equal(
            "cbroker: No source server nobody is registered that this caller may see; 'cbroker source register' registers one.\n", run.Error);
    }

    [Fact]
    public async Task Registering_prints_the_id_alone() => Assert.Equal("web-1\n", (await RunAsync("source", "register", "web")).Out);

    [Fact]
    public async Task The_agent_reports_what_it_gets_and_ends_when_idle()
    {
        CliRun run = await RunAsync("agent", "web-1", "--until-idle", "--fail");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("""7 {"command_name":"START","result":"fail","result_detail":{"by":"cbroker agent"}}""", Assert.Single(_broker.Reports));
        Assert.Equal(2, run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Theory]
    [InlineData(5, "command", "show", "web-1", "99")]
    [InlineData(5, "source", "show", "nobody")]
    [InlineData(5, "source", "delete", "nobody")]
    [InlineData(2, "queue", "no/id")]
    [InlineData(2, "command", "show", "web-1", "0")]
    [InlineData(2, "enqueue", "web-1")]
    [InlineData(2, "enqueue", "web-1", "START", "--file", "x")]
    [InlineData(2, "enqueue", "web-1", "START", "--ttl", "5x")]
    [InlineData(2, "enqueue", "web-1", "START", "--param", "x")]
    [InlineData(2, "enqueue", "--file", "/no/such/file")]
    [InlineData(2, "frobnicate")]
    [InlineData(4, "queue", "web-1", "--token", "wrong")]
    [InlineData(4, "agent", "web-1", "--token", "wrong")]
    [InlineData(3, "queue", "web-1", "--endpoint", "http://127.0.0.1:1")]
    [InlineData(3, "agent", "web-1", "--endpoint", "http://127.0.0.1:1")]
    public async Task The_exit_code_says_what_went_wrong(int expected, params string[] args)
    {
        CliRun run = await RunAsync(args);

        Assert.Equal(expected, run.ExitCode);
        Assert.Equal("", run.Out);
        Assert.NotEqual("", run.Error);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_is_not_running_is_one_clear_sentence()
    {
        CliRun run = await RunAsync("queue", "web-1", "--endpoint", "http://127.0.0.1:1");

        Assert.Equal(
            "cbroker: The broker at http://127.0.0.1:1 cannot be reached: Connection refused; the address is that of --endpoint.\n", run.Error);
    }

    [Theory]
    [InlineData("queue", "web-1")]
    [InlineData("agent", "web-1", "--count", "1")]
    [InlineData("login", "--user", "ada")]
    [InlineData("source", "list")]
    public async Task An_address_that_is_not_served_is_named_with_where_it_was_found(params string[] args)
    {
        const string Closed = "http://127.0.0.1:1";
        var environment = new Dictionary<string, string> { ["COMMANDBROKER_ENDPOINT"] = Closed, ["COMMANDBROKER_TOKEN"] = "t", ["COMMANDBROKER_PASSWORD"] = "p" };

        CliRun run = await CliRun.ByAsync(null, environment, "", args);

        Assert.Equal(3, run.ExitCode);
        Assert.EndsWith(
            $"The broker at {Closed} cannot be reached: Connection refused; the address is that of COMMANDBROKER_ENDPOINT.\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_a_forgotten_login_or_file_is_named_with_the_file()
    {
        string home = Directory.CreateTempSubdirectory("cbroker-home-").FullName;
        string file = Path.Combine(home, "data", "dev-credentials.json"), login = Path.Combine(home, "commandbroker", "login.json");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, """{"endpoint":"http://127.0.0.1:1","token":"t"}""");
            CliRun local = await CliRun.ByAsync(home, null, "", ["queue", "web-1"], home);
            Directory.CreateDirectory(Path.GetDirectoryName(login)!);
            await File.WriteAllTextAsync(
                login, """{"endpoint":"http://127.0.0.1:1","token":"t","expires_at":"2999-01-01T00:00:00+00:00","user":"ada","domain":"default"}""");
            CliRun saved = await CliRun.ByAsync(home, null, "", ["queue", "web-1"], home);

            Assert.EndsWith($"; the address is that of {file}.\n", local.Error, StringComparison.Ordinal);
            Assert.EndsWith($"; the address is that of the login in {login}.\n", saved.Error, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    [Theory]
    [InlineData("history", "web-1", "--limit", "many")]
    [InlineData("history", "web-1", "--before", "99999999999999999999")]
    [InlineData("enqueue", "web-1", "START", "--priority", "1.5")]
    [InlineData("agent", "web-1", "--count", "x")]
    [InlineData("source", "list", "--offset", "-")]
    public async Task A_value_that_is_no_number_is_told_without_a_type_of_the_program(params string[] args)
    {
        CliRun run = await RunAsync(args);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"'{args[^1]}'", run.Error, StringComparison.Ordinal);
        Assert.Contains("; a whole number is needed", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_local_broker_is_found_from_a_directory_below()
    {
        DirectoryInfo root = Directory.CreateTempSubdirectory("cbroker-");
        try
        {
            string below = Directory.CreateDirectory(Path.Combine(root.FullName, "a", "b")).FullName;
            Directory.CreateDirectory(Path.Combine(root.FullName, "data"));
            await File.WriteAllTextAsync(
                Path.Combine(root.FullName, "data", "dev-credentials.json"),
                $$"""{"endpoint":"{{_broker.Address}}","token":"{{FakeBroker.Token}}","agent_token":"other"}""");

            Assert.Equal(0, (await CliRun.ByAsync(below, null, "", "queue", "web-1")).ExitCode);
            Assert.Equal(4, (await CliRun.ByAsync(below, null, "", "agent", "web-1", "--until-idle")).ExitCode);
            Assert.Equal(3, (await CliRun.ByAsync("/", null, "", "queue", "web-1")).ExitCode);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _cbroker cbroker")]
    [InlineData("zsh", "compdef _cbroker cbroker")]
    [InlineData("fish", "complete -c cbroker")]
    [InlineData("pwsh", "Register-ArgumentCompleter")]
    public async Task Completion_prints_a_script(string shell, string part) =>
        Assert.Contains(part, (await RunAsync("completion", shell)).Out, StringComparison.Ordinal);

    [Fact]
    public async Task An_argument_that_begins_with_an_at_sign_is_an_argument()
    {
        CliRun run = await RunAsync("enqueue", "@web", "START");

        Assert.Equal((0, "", "Command 17 of @web, START, is in the queue.\n"), (run.ExitCode, run.Error, run.Out));
    }

    [Fact]
    public async Task A_reader_that_has_gone_ends_the_program_quietly()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using (var reader = new AnonymousPipeClientStream(PipeDirection.In, pipe.ClientSafePipeHandle))
        {
            // Closed at once, as by head -0.
        }

        using var error = new StringWriter();
        int code = await CliApp.RunAsync(["completion", "bash"], new CliHost
        {
            In = Stream.Null,
            Out = StandardOutput.Over(new FileStream(
                new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false), FileAccess.Write, bufferSize: 0)),
            Error = error,
            IsErrorTerminal = false,
            Environment = _ => null,
            CurrentDirectory = "/",
            ConfigDirectory = "/nowhere",
        });

        Assert.Equal((141, ""), (code, error.ToString()));
    }

    [Fact]
    public async Task Verbs_are_completed() =>
        Assert.Equal(["cancel", "redrive", "show"], (await RunAsync("[suggest:8]", "command ")).Out.Split('\n').Where(word => word.Length > 0 && word[0] != '-'));

    [Fact]
    public async Task Help_is_the_manual_and_the_list_of_verbs_stays_short()
    {
        string root = (await RunAsync("--help")).Out;
        string enqueue = (await RunAsync("enqueue", "--help")).Out;

        Assert.Contains("Exit codes: 0 done", root, StringComparison.Ordinal);
        Assert.DoesNotContain("nightly.ndjson", root, StringComparison.Ordinal);
        Assert.Contains("nightly.ndjson", enqueue, StringComparison.Ordinal);
    }

    private Task<CliRun> RunAsync(params string[] args) => CliRun.WithAsync(_broker, "", args);
}
