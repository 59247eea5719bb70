using System.Text;
using CommandBroker.Cli.Files;
using Xunit;

namespace CommandBroker.Cli.Tests;

public sealed class FileEnqueueTests : IAsyncLifetime
{
    private FakeBroker _broker = null!;

    public async Task InitializeAsync() => _broker = await FakeBroker.StartAsync();

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Fact]
    public async Task A_broken_line_in_the_middle_is_told_with_its_number_and_the_others_go_on()
    {
        const string lines = """
            {"server_id":"a","command_name":"START"}

            {"server_id":"b","command_name":
            {"server_id":"c","command_name":"START","time_to_live":"soon"}
            {"server_id":"d","command_name":"REFUSE"}
            {"server_id":"e","command_name":"START","command_param":{ "x":1.0 }}
            """;

        CliRun run = await RunAsync(lines);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("2 enqueued, 0 were there, 3 refused\n", run.Out);
        Assert.Equal(["line 3", "line 4", "line 5"], run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[..6]).Order());
        Assert.Contains("line 5: The queue is full.", run.Error, StringComparison.Ordinal);
        Assert.Contains(_broker.Commands.Values, body => body.CommandParam?.Text == "{ \"x\":1.0 }");
    }

    [Theory]
    [InlineData("""{"server_id":"web-1","command_name":"START","not_befor":"2026-03-01T12:00:00Z"}""", "\"not_befor\" is no member here")]
    [InlineData("""{"server_id":"web-1","command_name":"START","param":{"x":1}}""", "\"param\" is no member here")]
    [InlineData("""{"server_id":"web-1","command_name":"START","Priority":1}""", "\"Priority\" is no member here")]
    [InlineData("""{"server_id":"web-1","command_name":"START","priority":1,"priority":2}""", "\"priority\" is there twice")]
    public async Task A_member_that_is_misspelt_or_there_twice_is_told_with_its_line_and_nothing_of_the_line_is_enqueued(string line, string fault)
    {
        CliRun run = await RunAsync("""{"server_id":"a","command_name":"START"}""" + "\n" + line);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("1 enqueued, 0 were there, 1 refused\n", run.Out);
        Assert.StartsWith($"line 2: {fault}", run.Error, StringComparison.Ordinal);
        Assert.Equal("a", Assert.Single(_broker.Commands.Values).ServerId);
    }

    [Fact]
    public async Task Running_the_same_file_again_adds_nothing()
    {
        string lines = Lines(1_000);

        CliRun first = await RunAsync(lines);
        CliRun second = await RunAsync(lines);
        CliRun other = await CliRun.WithAsync(_broker, lines, "enqueue", "--file", "-", "--run", "tuesday");

        Assert.Equal("1,000 enqueued, 0 were there, 0 refused\n", first.Out);
        Assert.Equal("0 enqueued, 1,000 were there, 0 refused\n", second.Out);
        Assert.Equal("1,000 enqueued, 0 were there, 0 refused\n", other.Out);
        Assert.Equal((0, 0, 0), (first.ExitCode, second.ExitCode, other.ExitCode));
        Assert.Equal(("", ""), (first.Error, other.Error));
        Assert.Contains("name it with --run", second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_connection_is_mended_without_a_second_command()
    {
        _broker.CutAfter.Enqueue(3);
        _broker.CutAfter.Enqueue(0);

        CliRun run = await RunAsync(Lines(10));

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(10, _broker.Commands.Count);
        Assert.Equal(10, _broker.Commands.Values.Select(body => body.ServerId).Distinct().Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_interrupted_file_says_what_was_done_also_where_its_next_line_is_waited_for(bool isDeaf)
    {
        using var interrupt = new CancellationTokenSource();
        await using var lines = new EndlessLines(Lines(3) + "\n", interrupt, isDeaf);

        CliRun run = await CliRun.InterruptedAsync(_broker, lines, interrupt.Token, "enqueue", "--file", "-").WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(130, run.ExitCode);
        Assert.Matches("^[0-3] enqueued, 0 were there, 0 refused, then interrupted. Run the same again to go on", run.Error);
    }

    [Fact]
    public async Task A_broker_that_refuses_is_told_also_where_the_next_line_is_waited_for()
    {
        using var unused = new CancellationTokenSource();
        await using var lines = new EndlessLines(Lines(3) + "\n", unused, isDeaf: true);
        var stranger = new Dictionary<string, string> { ["COMMANDBROKER_ENDPOINT"] = _broker.Address, ["COMMANDBROKER_TOKEN"] = new string('x', 32) };

        CliRun run = await CliRun.ByAsync(null, stranger, "", ["enqueue", "--file", "-"], stream: lines).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("0 enqueued, 0 were there, 0 refused, then stopped.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ndjson_answers_a_line_for_each_command()
    {
        CliRun run = await CliRun.WithAsync(_broker, Lines(2), "enqueue", "--file", "-", "--output", "ndjson");

        Assert.Equal(2, run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal("2 enqueued, 0 were there, 0 refused\n", run.Error);
    }

    [Fact]
    public async Task A_line_of_its_own_key_keeps_it()
    {
        await RunAsync("""{"server_id":"a","command_name":"START","idempotency_key":"mine"}""");

        Assert.Equal("mine", Assert.Single(_broker.Commands.Keys));
    }

    [Fact]
    public async Task Lines_are_read_whatever_their_length_and_their_ends()
    {
        string long1 = new('x', NdjsonReader.MaxLineBytes);
        string longer = new('y', (3 * NdjsonReader.MaxLineBytes) + 5);
        byte[] file = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes($"a\r\n\n  b  \n{long1[1..]}\n{longer}\nc")];
        var lines = new List<NdjsonLine>();

        await foreach (NdjsonLine line in NdjsonReader.ReadAsync(new MemoryStream(file), default))
        {
            lines.Add(line);
        }

        Assert.Equal([1, 3, 4, 5, 6], lines.Select(line => line.Number));
        Assert.Equal(["a", "b", long1[1..], null, "c"], lines.Select(line => line.Utf8 is null ? null : Encoding.UTF8.GetString(line.Utf8)));
        Assert.Equal(file.Length, lines[^1].EndOffset);
    }

    private Task<CliRun> RunAsync(string lines) => CliRun.WithAsync(_broker, lines, "enqueue", "--file", "-");

    private static string Lines(int count) =>
        string.Join('\n', Enumerable.Range(0, count).Select(i => $$"""{"server_id":"s-{{i}}","command_name":"START"}"""));
}
