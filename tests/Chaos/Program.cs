// Breaks a whole cluster in every way that is known, under recorded traffic, and judges what its clients saw. See README.md.
using System.CommandLine;
using CommandBroker.Chaos;
using CommandBroker.Chaos.Faults;

var faults = new Option<int[]>("--fault") { Description = "Numbers of faults, each in a run of its own without --together; all by default.", AllowMultipleArgumentsPerToken = true };
var seeds = new Option<int[]>("--seed") { Description = "Where the random choices come from; several make several runs.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1] };
var together = new Option<bool>("--together") { Description = "The faults in one run, in the order they are named in; a number may come more than once." };
var mixed = new Option<bool>("--mixed") { Description = "All kinds of fault after each other in one run." };
var minutes = new Option<double>("--minutes") { Description = "How long a mixed run breaks things.", DefaultValueFactory = _ => 60 };
var reduced = new Option<bool>("--reduced") { Description = "Some faults of every sort in one run of a few minutes, for CI." };
var rate = new Option<int>("--rate") { Description = "Commands enqueued in a second.", DefaultValueFactory = _ => 60 };
var broker = new Option<string?>("--broker") { Description = "The broker's dll; the one of this build by default." };
var again = new Option<string?>("--recheck") { Description = "Checks a kept history.jsonl again, by its calls alone: what was read at its end is not kept." };
var output = new Option<string?>("--out") { Description = "A directory to which results are added, as tests/Chaos/results." };
var root = new RootCommand("Breaks a whole cluster in every way that is known and judges what its clients saw.") { faults, seeds, together, mixed, minutes, reduced, rate, broker, again, output };
root.SetAction(async (arguments, _) =>
{
    var options = new ChaosOptions { Broker = arguments.GetValue(broker) ?? BuiltBroker.Path(), Rate = arguments.GetValue(rate), Out = arguments.GetValue(output) };
    if (arguments.GetValue(again) is { } history)
    {
        return Recheck.Run(history, options);
    }

    int[] chosen = arguments.GetValue(faults) is { Length: > 0 } given ? given : [.. FaultCatalogue.All.Select(kind => kind.Number)];
    FaultKind[] kinds = [.. chosen.Select(FaultCatalogue.Get)];
    int failed = 0;
    foreach (int seed in arguments.GetValue(seeds)!)
    {
        IEnumerable<(string Mode, RunPlan Plan)> runs = arguments.GetValue(reduced) ? [("reduced", RunPlan.Once(FaultCatalogue.Reduced))]
            : arguments.GetValue(mixed) ? [("mixed", RunPlan.Mixed([.. kinds.Where(kind => !kind.NeedsClock)], TimeSpan.FromMinutes(arguments.GetValue(minutes))))]
            : arguments.GetValue(together) ? [("together", RunPlan.Once(kinds))]
            : kinds.Select(kind => ("fault", RunPlan.Once([kind])));
        foreach ((string mode, RunPlan plan) in runs)
        {
            RunResult result;
            try
            {
                result = await new ChaosRun(options, mode, seed, plan, Console.Error).RunAsync();
            }
            catch (Exception fault)
            {
                // The outermost border: one run that cannot go on must not hide what the others show.
                Console.Error.WriteLine($"{fault.GetType().Name}: {fault.Message} {fault.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("CommandBroker", StringComparison.Ordinal))}");
                result = RunResult.Broken(mode, seed, plan.Kinds, fault.Message);
            }

            Console.WriteLine(ResultFiles.Line(result));
            failed += result.Complaints.Count == 0 ? 0 : 1;
            if (options.Out is { } directory)
            {
                ResultFiles.Add(directory, result);
            }
        }
    }

    return failed == 0 ? 0 : 1;
});
return await root.Parse(args).InvokeAsync();
