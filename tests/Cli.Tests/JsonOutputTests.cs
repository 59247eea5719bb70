using System.CommandLine;
using System.Text.Json;
using CommandBroker.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CommandBroker.Cli.Tests;

/// <summary>What <c>--output json</c> promises, of every verb there is: whoever adds a verb says here how to call it.</summary>
public sealed class JsonOutputTests : IAsyncLifetime
{
    private const string Script = "";

    // A call of each; those of Streams write a value a line, and a script is none for a program to read.
    private static readonly Dictionary<string, string> Calls = new(StringComparer.Ordinal)
    {
        ["source register"] = "web",
        ["source list"] = "",
        ["source show"] = "web-1",
        ["source rename"] = "web-1 name",
        ["source delete"] = "web-1 web-2",
        ["enqueue"] = "web-1 START",
        ["queue"] = "web-1",
        ["command show"] = "web-1 7",
        ["command cancel"] = "web-1 7",
        ["command redrive"] = "web-1 7",
        ["history"] = "web-1",
        ["settings"] = "web-1 --max-deliveries 3",
        ["watch"] = "web-1",
        ["agent"] = "web-1 --until-idle",
        ["login"] = "--user ada",
        ["logout"] = "",
        ["tenant list"] = "",
        ["tenant create"] = "team",
        ["tenant show"] = "p",
        ["tenant enable"] = "p",
        ["tenant disable"] = "p",
        ["tenant quota"] = "p --source-servers 5",
        ["user list"] = "",
        ["user create"] = "bob --role agent --no-password",
        ["user show"] = "ada",
        ["user password"] = "ada",
        ["user role"] = "ada operator",
        ["user enable"] = "ada",
        ["user disable"] = "ada",
        ["user delete"] = "ada",
        ["key create"] = "ada",
        ["key list"] = "",
        ["key rotate"] = "AK1",
        ["key enable"] = "AK1",
        ["key disable"] = "AK1",
        ["key delete"] = "AK1",
        ["agent-key"] = "web-1",
        ["sdk-config"] = "",
        ["audit"] = "",
        ["identity rotate-token-key"] = "",
        ["identity reencrypt"] = "",
        ["admin verify"] = "{store}",
        ["admin backup"] = "{store} {store}/copy.db",
        ["admin restored"] = "{store}",
        ["completion"] = Script,
    };

    private static readonly string[] Streams = ["watch", "agent"];

    private readonly string _directory = Path.Combine(Path.GetTempPath(), "commandbroker-json-" + Guid.NewGuid().ToString("N"));
    private FakeBroker _broker = null!;

    public static TheoryData<string> Verbs => [.. Calls.Where(call => call.Key != "completion").Select(call => call.Key)];

    public async Task InitializeAsync()
    {
        _broker = await FakeBroker.StartAsync();
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?> { ["Storage:DataDirectory"] = _directory }).Build();
        await using ServiceProvider services = new ServiceCollection().AddSingleton(configuration).AddBrokerStorage().BuildServiceProvider();
        await services.GetRequiredService<IBrokerDatabase>().OpenAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Every_verb_is_called_here()
    {
        Assert.Equal(LeavesOf("", CliApp.Root(HostOf(TextWriter.Null))).Order(StringComparer.Ordinal), Calls.Keys.Order(StringComparer.Ordinal));

        static IEnumerable<string> LeavesOf(string path, Command verb) => verb.Subcommands.Count == 0
            ? [path]
            : verb.Subcommands.SelectMany(below => LeavesOf($"{path} {below.Name}".Trim(), below));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task What_is_done_is_one_value_of_json_and_a_stream_one_a_line(string verb)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var interrupt = new CancellationTokenSource();
        string[] args = $"{verb} {Calls[verb]}".Replace("{store}", _directory, StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);

        // A watch ends when it is interrupted, here behind its first value.
        using var first = new InterruptingWriter(output, verb == "watch" ? interrupt : null);
        int code = await CliApp.RunAsync([.. args, "--output", "json"], HostOf(first), interrupt.Token);

        Assert.Equal(0, code);
        string[] values = Streams.Contains(verb) ? output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries) : [output.ToString()];
        Assert.NotEmpty(values);
        Assert.All(values, value => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(value).RootElement.ValueKind));
    }

    private CliHost HostOf(TextWriter output) => new()
    {
        In = Stream.Null,
        Out = output,
        Error = TextWriter.Null,
        IsErrorTerminal = false,
        Environment = name => name switch
        {
            "COMMANDBROKER_ENDPOINT" => _broker?.Address,
            "COMMANDBROKER_TOKEN" => FakeBroker.Token,
            _ => null,
        },
        AskPassword = _ => FakeIdentity.Password,
        CurrentDirectory = _directory,
        ConfigDirectory = _directory,
    };
}
