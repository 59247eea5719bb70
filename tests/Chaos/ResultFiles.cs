using System.Globalization;
using System.Text.Json;
using CommandBroker.Chaos.Faults;

namespace CommandBroker.Chaos;

/// <summary>Keeps results as lines of JSON, and shows the latest of each kind as tables.</summary>
internal static class ResultFiles
{
    private const string Runs = "runs.jsonl";
    private const string Shown = "latest.md";
    private const string Turn = ".turn";
    private const int MaxTurnAttempts = 200;

    /// <summary>Adds a result and writes the tables anew.</summary>
    public static void Add(string directory, RunResult result)
    {
        Directory.CreateDirectory(directory);
        string file = Path.Combine(directory, Runs);
        using FileStream turn = WaitForTurn(Path.Combine(directory, Turn));
        File.AppendAllText(file, JsonSerializer.Serialize(result, ResultJson.Default.RunResult) + "\n");
        RunResult[] all = [.. File.ReadLines(file).Select(line => JsonSerializer.Deserialize(line, ResultJson.Default.RunResult)!)];
        File.WriteAllText(Path.Combine(directory, Shown), Render(all));
    }

    /// <summary>Several runs may go on beside each other and end at the same time.</summary>
    private static FileStream WaitForTurn(string file)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (attempt < MaxTurnAttempts)
            {
                Thread.Sleep(50);
            }
        }
    }

    /// <summary>One result as the console shows it.</summary>
    public static string Line(RunResult result) => string.Join('\n', [
        $"{result.Mode} {string.Join(",", result.Faults.Select(fault => fault.Number).Distinct())} seed {result.Seed}: {(result.Complaints.Count == 0 ? "passed" : "FAILED")}; "
        + $"{Number(result.Acknowledged)} acknowledged, {result.Redeliveries} redeliveries, lost {result.Lost}, invented {result.Invented}, out of order {result.OutOfOrder}, "
        + $"doubly ended {result.DoublyEnded}, other {result.Other}, unknown {result.Unknown} ({result.Impolite} not 503), "
        + $"longest gap {Seconds(result.GapBefore)} / {Seconds(result.GapDuring)} / {Seconds(result.GapAfter)} s, served again after "
        + $"{string.Join(", ", result.Faults.Select(fault => Seconds(fault.ServedAfter)))} s, self-ends {result.SelfEnds}",
        .. result.Complaints.Select(complaint => $"  {complaint}")]);

    private static string Render(IReadOnlyList<RunResult> all)
    {
        RunResult[] latest = [.. all.GroupBy(run => (run.Mode, run.Seed, Fault: run.Mode == "fault" ? run.Faults.FirstOrDefault()?.Number ?? 0 : 0)).Select(same => same.Last())];
        RunResult[] single = [.. latest.Where(run => run.Mode == "fault").OrderBy(run => run.Faults.FirstOrDefault()?.Number).ThenBy(run => run.Seed)];
        int passed = latest.Count(run => run.Complaints.Count == 0);
        return string.Join('\n', [
            "# What the cluster survived", "",
            $"Written by `dotnet run --project tests/Chaos`; each line is the latest run of its kind and seed. {passed} of {latest.Length} passed; "
            + $"{Number(latest.Sum(run => run.Acknowledged))} acknowledged operations checked: {Number(latest.Sum(run => run.Lost))} lost, {Number(latest.Sum(run => run.Invented))} invented, "
            + $"{Number(latest.Sum(run => run.OutOfOrder))} out of order, {Number(latest.Sum(run => run.DoublyEnded))} doubly ended. "
            + $"With those that later runs replaced: {all.Count} runs, {Number(all.Sum(run => run.Acknowledged))} acknowledged, {Number(all.Sum(run => run.Lost + run.Invented + run.OutOfOrder + run.DoublyEnded))} of the four.", "",
            "Gaps: the longest time for which any source server's polls were not answered well, before the fault / touching it / after it, in seconds. ",
            "Served: from the beginning of the mending until every source server was answered. Unknown: calls whose outcome the client does not know, those not told 503 with Retry-After in brackets.",
            "The whole cluster, the database, the balancer and all clients shared two busy cores.", "",
            "## One fault a run", "",
            "| fault | seed | acknowledged | lost | invented | out of order | doubly ended | other | unknown | gaps | served | verdict |",
            "|---|---|---|---|---|---|---|---|---|---|---|---|",
            .. single.Select(Row), "",
            .. latest.Where(run => run.Mode != "fault").OrderBy(run => run.Mode).SelectMany(Many),
            "## What proves that each fault fired", "", "| fault | seed | proof |", "|---|---|---|",
            .. single.SelectMany(run => run.Faults.Select(fault => $"| {FaultCatalogue.Get(fault.Number)} | {run.Seed} | {fault.Proof ?? "**none**"} |")), ""]);
    }

    private static string Row(RunResult run) =>
        $"| {(run.Faults.Count == 0 ? "?" : FaultCatalogue.Get(run.Faults[0].Number))} | {run.Seed} | {Number(run.Acknowledged)} | {run.Lost} | {run.Invented} | {run.OutOfOrder} | {run.DoublyEnded} | {run.Other} | "
        + $"{run.Unknown} ({run.Impolite}) | {Seconds(run.GapBefore)} / {Seconds(run.GapDuring)} / {Seconds(run.GapAfter)} | {string.Join(", ", run.Faults.Select(fault => Seconds(fault.ServedAfter)))} | {VerdictOf(run)} |";

    private static IEnumerable<string> Many(RunResult run) =>
    [
        $"## {run.Mode switch { "mixed" => "All kinds mixed", "together" => "Chosen faults together", _ => "The reduced run of CI" }}, seed {run.Seed}", "",
        $"{run.At:yyyy-MM-dd HH:mm} UTC, {run.Length.TotalMinutes.ToString("F0", CultureInfo.InvariantCulture)} minutes, {run.Faults.Count} faults. {Number(run.Acknowledged)} acknowledged operations, {Number(run.Commands)} commands, "
        + $"{Number(run.Redeliveries)} redeliveries; {run.Lost} lost, {run.Invented} invented, {run.OutOfOrder} out of order, {run.DoublyEnded} doubly ended, {run.Other} other; "
        + $"{Number(run.Unknown)} unknown ({Number(run.Impolite)} not 503 with Retry-After); gaps {Seconds(run.GapBefore)} / {Seconds(run.GapDuring)} / {Seconds(run.GapAfter)} s; "
        + $"{run.SelfEnds} processes ended by themselves and were started again. {VerdictOf(run)}", "",
        "| fault | proven / injected | longest gap, s | served after at most, s |", "|---|---|---|---|",
        .. run.Faults.GroupBy(fault => fault.Number).OrderBy(kind => kind.Key).Select(kind =>
            $"| {FaultCatalogue.Get(kind.Key)} | {kind.Count(fault => fault.Proof is not null)} / {kind.Count()} | {Seconds(kind.Max(fault => fault.LongestGap))} | {Seconds(kind.Max(fault => fault.ServedAfter))} |"), "",
    ];

    private static string VerdictOf(RunResult run) => run.Complaints.Count == 0 ? "passed" : $"**{run.Complaints[0].ReplaceLineEndings(" ").Replace('|', '/')}**";

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan? time) => time?.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture) ?? "never";
}
