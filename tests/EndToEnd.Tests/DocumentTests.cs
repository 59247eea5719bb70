using System.Text.RegularExpressions;
using CommandBroker.Testing;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>What the documents print for copying, run as it is printed; only the port is another one.</summary>
public sealed class DocumentTests : IDisposable
{
    private const string Readme = "README.md";
    private const string DocumentedAddress = "http://127.0.0.1:8080";

    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-documents-").FullName;
    private readonly BuiltCheckout _checkout;

    public DocumentTests() => _checkout = new BuiltCheckout(Path.Combine(_directory, "checkout"));

    private static string StartLine =>
        ShellDocument.BlockWith(Readme, "dotnet test").Split('\n').Single(line => line.StartsWith("dotnet run --project silo", StringComparison.Ordinal));

    private static string CurlBlock => ShellDocument.BlockWith(Readme, "/v3/sources/demo-1/command");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task The_first_command_of_the_README_starts_a_broker_whose_data_are_where_the_next_ones_look()
    {
        await using BrokerProcess broker = await Documented(StartLine).StartAsync();

        Assert.True(File.Exists(Path.Combine(_checkout.Data, "dev-credentials.json")));
        Assert.True(File.Exists(Path.Combine(_checkout.Data, "broker.db")));
        string[] answers = (await DoneAsync(broker, CurlBlock)).Split('\n');
        Assert.Contains("\"id\":\"demo-1\"", answers[0], StringComparison.Ordinal);
        Assert.Contains("\"command_id\":\"1\"", answers[1], StringComparison.Ordinal);
        Assert.Equal("""{"command_name":"START","command_param":{"task_id":"t-1"}}""", answers[2]);
        Assert.Equal(0, await broker.TerminateAsync());
    }

    [Fact]
    public async Task The_banner_prints_the_lines_of_the_README()
    {
        await using BrokerProcess broker = await Documented(StartLine).StartAsync();

        IEnumerable<string> printed = broker.Output.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("T=", StringComparison.Ordinal) || line.StartsWith("call", StringComparison.Ordinal));
        Assert.Equal(At(broker, CurlBlock), string.Join('\n', printed));
    }

    [Fact]
    public void No_line_to_copy_has_a_credential_among_the_arguments_of_a_program()
    {
        string[] lines = [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(Repository.Root, Readme))
            .SelectMany(ShellDocument.Blocks)
            .SelectMany(block => block.Split('\n'))
            .Where(line => line.Contains("curl", StringComparison.Ordinal))];

        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.DoesNotMatch("-H +[\"'](X-Auth-Token|Authorization):|-H +\"\\$", line));
    }

    [Fact]
    public async Task The_lines_of_the_README_for_cbroker_do_what_they_say()
    {
        string block = ShellDocument.BlockWith(Readme, "source register demo");
        Assert.Contains("-- agent demo-2 ", block, StringComparison.Ordinal);
        Assert.All(block.Split('\n'), line => Assert.StartsWith("dotnet run --project cli -- ", line, StringComparison.Ordinal));
        await using BrokerProcess broker = await Documented(StartLine).StartAsync();

        // Without a count the agent polls until somebody interrupts it.
        string output = await DoneAsync(broker, block.Replace("-- agent demo-2 ", "-- agent demo-2 --count 1 ", StringComparison.Ordinal));

        Assert.Contains("Command 1 of demo-2", output, StringComparison.Ordinal);
        Assert.Contains("reported success", output, StringComparison.Ordinal);
        Assert.Matches("(?m)^ *1 .*START.*succeeded", output);
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_lines_for_writing_an_agent_answer_what_their_comments_say()
    {
        string block = Assert.Single(ShellDocument.Blocks("docs/agents.md"));
        await using BrokerProcess broker = await Documented(StartLine).StartAsync();
        string[] before = CurlBlock.Split('\n');
        await DoneAsync(broker, string.Join('\n', before[..^1]));

        string output = (await DoneAsync(broker, block)).ReplaceLineEndings("\n");

        string[] promised = [.. block.Split('\n').Where(line => line.StartsWith("# ", StringComparison.Ordinal)).Select(line => line[2..])];
        Assert.Equal(5, promised.Length);
        Assert.All(promised, line => Assert.Contains(line, output, StringComparison.Ordinal));
    }

    [PostgresFact]
    public async Task The_line_for_PostgreSQL_keeps_everything_there()
    {
        string block = ShellDocument.BlockWith(Readme, "Storage__Provider=postgres");
        string database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        string command = Regex.Replace(block, "Storage__ConnectionString='[^']*'", $"Storage__ConnectionString='{database}'");
        Assert.NotEqual(block, command);
        await using BrokerProcess broker = await Documented(command).StartAsync();

        await DoneAsync(broker, CurlBlock);

        Assert.False(File.Exists(Path.Combine(_checkout.Data, "broker.db")));
    }

    private static string Command(string text) => BuiltCheckout.Command(text).Replace("dotnet run", "exec dotnet run", StringComparison.Ordinal);

    private static string At(BrokerProcess broker, string block)
    {
        Assert.Contains(DocumentedAddress, block, StringComparison.Ordinal);
        return block.Replace(DocumentedAddress, broker.Address, StringComparison.Ordinal);
    }

    private BrokerProcess Documented(string command) => new(_checkout.Data) { Script = Command(command) };

    private async Task<string> DoneAsync(BrokerProcess broker, string block)
    {
        FinishedProcess run = await ShellRun.RunAsync(_checkout.Root, BuiltCheckout.Command(block.Replace(DocumentedAddress, broker.Address, StringComparison.Ordinal)));
        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        return run.Out;
    }
}
