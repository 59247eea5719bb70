// Kills the real broker under real traffic and judges what its clients saw. See README.md.
using System.CommandLine;
using CommandBroker.Durability;
using CommandBroker.History;
using CommandBroker.Traffic;

var provider = new Option<string>("--provider") { Description = "Where the broker keeps its commands.", DefaultValueFactory = _ => "sqlite" };
provider.AcceptOnlyFromAmong("sqlite", "postgres");
var rounds = new Option<int>("--rounds") { Description = "Kills under traffic.", DefaultValueFactory = _ => 20 };
var seed = new Option<int>("--seed") { Description = "Where the random moments come from.", DefaultValueFactory = _ => 1 };
var minimum = new Option<int>("--min-acknowledged") { Description = "Acknowledged writes below which a run is void.", DefaultValueFactory = _ => 20_000 };
var doubled = new Option<bool>("--double-activation") { Description = "Two brokers on one PostgreSQL database, each believing to be alone, instead of kills." };
var seconds = new Option<int>("--seconds") { Description = "How long two brokers run side by side.", DefaultValueFactory = _ => 20 };
var broker = new Option<string?>("--broker") { Description = "The broker's dll; the one of this build by default." };
var output = new Option<string?>("--out") { Description = "A file to which the report is appended." };
var root = new RootCommand("Kills the real broker under real traffic and judges what its clients saw.") { provider, rounds, seed, minimum, doubled, seconds, broker, output };
root.SetAction(async (arguments, _) => await RunAsync(new RunOptions
{
    Provider = arguments.GetValue(doubled) ? "postgres" : arguments.GetValue(provider)!,
    Rounds = arguments.GetValue(rounds),
    Seed = arguments.GetValue(seed),
    MinAcknowledged = arguments.GetValue(minimum),
    DoubleActivation = arguments.GetValue(doubled),
    DoubleTime = TimeSpan.FromSeconds(arguments.GetValue(seconds)),
    Broker = arguments.GetValue(broker),
    Out = arguments.GetValue(output),
}));
return await root.Parse(args).InvokeAsync();

static async Task<int> RunAsync(RunOptions options)
{
    await using RunDirectory directory = await RunDirectory.CreateAsync(options);
    IReadOnlyList<FinalRead> reads;
    using (var file = new HistoryFile(directory.History))
    {
        var recorder = new Recorder($"{options.Provider}-{options.Seed}", file);
        reads = options.DoubleActivation
            ? await new DoubleActivationRun(options, directory, recorder, Console.Error).RunAsync()
            : await new KillRun(options, directory, recorder, Console.Error).RunAsync();
    }

    CheckReport report = HistoryChecker.Check(new RunHistory(HistoryFile.Read(directory.History), reads, directory.Limits()));
    string text = RunReport.Of(options, report, TimeProvider.System.GetUtcNow());
    Console.WriteLine(text);
    if (options.Out is not null)
    {
        await File.AppendAllTextAsync(options.Out, text + "\n");
    }

    if (!report.Passed)
    {
        Console.Error.WriteLine($"The history, the store and the broker's logs stay in {directory.Path}.");
        return 1;
    }

    directory.Remove();
    return 0;
}
