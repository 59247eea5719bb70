using System.CommandLine;
using System.Diagnostics;
using CommandBroker.Simulation;

var schedules = new Option<long>("--schedules") { Description = "Schedules to run.", DefaultValueFactory = _ => 1_000_000 };
var seed = new Option<ulong>("--seed") { Description = "Seed of the first; each next one is one more.", DefaultValueFactory = _ => 1 };
var mutant = new Option<Mutant>("--mutant") { Description = "A fault to put into the store; the checks must notice it." };
var show = new Option<bool>("--show") { Description = "Print the one schedule of --seed, line by line." };
var command = new RootCommand("Runs the queue, its activations and its store in simulated orders, and checks what clients were told.") { schedules, seed, mutant, show };
command.SetAction(given =>
{
    if (given.GetValue(show))
    {
        Console.WriteLine(string.Join('\n', SimulationRun.Describe(given.GetValue(seed), given.GetValue(mutant))));
        return 0;
    }

    long startedAt = Stopwatch.GetTimestamp();
    var run = SimulationRun.Of(given.GetValue(seed), given.GetValue(schedules), given.GetValue(mutant));
    Console.WriteLine($"{run.ScheduleCount:N0} schedules from seed {given.GetValue(seed)} in {Stopwatch.GetElapsedTime(startedAt).TotalSeconds:N0} s: "
        + $"{run.ChangeCount:N0} changes of rows, {run.AcknowledgedCount:N0} enqueues acknowledged, {run.CrashCount:N0} crashes, "
        + $"{run.LateCount:N0} failed writes still under way, {run.LateReleaseCount:N0} releases too late, "
        + $"{run.RedeliveryCount:N0} schedules with a redelivery.");
    if (run.Broken is not { } broken)
    {
        Console.WriteLine("Every rule held.");
        return 0;
    }

    Console.WriteLine($"Broken with seed {broken.Seed}: {broken.Rule}");
    Console.WriteLine($"See it: --show --seed {broken.Seed}{(given.GetValue(mutant) == Mutant.None ? "" : $" --mutant {given.GetValue(mutant)}")}");
    return 1;
});
return command.Parse(args).Invoke();
