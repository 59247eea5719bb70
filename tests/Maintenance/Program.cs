// Does to a cluster under traffic what an operator does, and judges what its clients saw. See README.md.
using System.CommandLine;
using CommandBroker.History;
using CommandBroker.Maintenance;
using CommandBroker.Traffic;

var seed = new Option<int>("--seed") { Description = "Where the clients' random choices come from.", DefaultValueFactory = _ => 1, Recursive = true };
var pause = new Option<int>("--pause") { Description = "Seconds of traffic between two steps.", DefaultValueFactory = _ => 8, Recursive = true };
var output = new Option<string?>("--out") { Description = "A file that the report is appended to.", Recursive = true };
var from = new Option<string?>("--from") { Description = "The release before: a tag or a commit. Default: the last commit before the newest step of PostgreSQL's schema." };
var upgrade = new Command("upgrade", "Goes from one release to the next, process by process, across a change of the schema.") { from };
var restore = new Command("restore", "Dumps the database under traffic, puts the dump into a new one, and goes on on that.");
upgrade.SetAction((parsed, _) => Judge.UpgradeAsync(parsed.GetValue(from), Options(parsed), TimeSpan.FromSeconds(parsed.GetValue(pause)), parsed.GetValue(output)));
restore.SetAction((parsed, _) => Judge.RestoreAsync(Options(parsed), TimeSpan.FromSeconds(parsed.GetValue(pause)), parsed.GetValue(output)));
return await new RootCommand("Does to a cluster under traffic what an operator does, and judges what its clients saw.") { seed, pause, output, upgrade, restore }.Parse(args).InvokeAsync();

TrafficOptions Options(ParseResult parsed) => new()
{
    Seed = parsed.GetValue(seed),
    ServerPrefix = "maintenance",
    // As many calls as leave the machine room for two releases beside each other.
    EnqueuePause = TimeSpan.FromMilliseconds(30),
    IdlePause = TimeSpan.FromMilliseconds(30),
};
