using System.Globalization;
using CommandBroker.History;
using CommandBroker.Traffic;
using Npgsql;

namespace CommandBroker.Maintenance;

/// <summary>Sets a run up, and says what it showed.</summary>
internal static class Judge
{
    private const int MaxDeliveries = 10;

    /// <summary>A rolling upgrade.</summary>
    public static async Task<int> UpgradeAsync(string? from, TrafficOptions options, TimeSpan pause, string? output)
    {
        string directory = Make();
        string commit = from ?? await Checkout.BeforeLastMigrationAsync();
        string before = await Checkout.BuildAsync(commit, Path.Combine(directory, "before"));
        string after = Checkout.Built("silo", "CommandBroker.Silo.dll");
        string path = Path.Combine(directory, "history.jsonl");
        IReadOnlyList<FinalRead> reads;
        List<string> steps;
        string verdict;
        await using (var cluster = new Cluster(directory, options.VisibilityTimeout, MaxDeliveries))
        {
            await cluster.UpAsync(before, silos: 3, gateways: 2, isBefore: true);
            using var file = new HistoryFile(path);
            var run = new UpgradeRun(cluster, before, after, options, pause, new Recorder($"upgrade-{options.Seed}", file), Console.Error);
            reads = await run.RunAsync();
            steps = run.Steps;
            verdict = await VerifyAsync(cluster.Database);
        }

        CheckReport report = HistoryChecker.Check(new RunHistory(HistoryFile.Read(path), reads, Limits(options, steps.Count - 2)));
        List<string> complaints = [.. report.VoidReasons, .. report.Violations.Take(20).Select(violation => $"{violation.Kind}, {violation.Server}: {violation.Text}")];
        if (report.ImpoliteCount > 0)
        {
            complaints.Add($"{report.ImpoliteCount} calls had no answer, or one that was no 503 with Retry-After.");
        }

        if (!verdict.Contains("sound", StringComparison.Ordinal))
        {
            complaints.Add(verdict);
        }

        return Conclude(
            "Rolling upgrade across a change of the schema",
            [
                ("release before", await Checkout.DescribeAsync(commit)),
                ("release after", await Checkout.DescribeAsync("HEAD")),
                ("acknowledged writes (enqueues, deliveries, reports)", Number(report.AcknowledgedCount)),
                ("commands, redeliveries", $"{Number(report.EnqueuedCount)}, {Number(report.RedeliveryCount)}"),
                ("answers other than success or a refusal: 503 with Retry-After; anything else", $"{report.UnknownCount - report.ImpoliteCount}; **{report.ImpoliteCount}**"),
                ("longest time without an answer", $"{report.LongestGap.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture)} s"),
                ("lost, invented, out of order, doubly ended, anything else", $"**{report.Violations.Count}**"),
                ("cbroker admin verify", verdict),
            ],
            steps,
            complaints,
            directory,
            output);
    }

    /// <summary>A backup and its restore.</summary>
    public static async Task<int> RestoreAsync(TrafficOptions options, TimeSpan pause, string? output)
    {
        string directory = Make();
        string program = Checkout.Built("silo", "CommandBroker.Silo.dll");
        string first = Path.Combine(directory, "first.jsonl");
        string second = Path.Combine(directory, "second.jsonl");
        await using var cluster = new Cluster(directory, options.VisibilityTimeout, MaxDeliveries);
        await cluster.UpAsync(program, silos: 2, gateways: 1);
        RestoreRun run;
        TimeSpan dumpedAt;
        using (var file = new HistoryFile(first))
        {
            run = new RestoreRun(cluster, directory, options, pause, new Recorder($"restore-{options.Seed}", file), Console.Error);
            dumpedAt = await run.BackUpAndRestoreAsync();
        }

        HistoryEntry[] firstLife = [.. HistoryFile.Read(first)];
        await run.CheckStoreAsync(firstLife, dumpedAt);
        using (var file = new HistoryFile(second))
        {
            await run.LiveOnAsync(program, [.. firstLife.Where(entry => entry.At < dumpedAt)], new Recorder($"restored-{options.Seed}", file));
        }

        run.CheckNumbers(firstLife, [.. HistoryFile.Read(second)]);
        string verdict = await VerifyAsync(cluster.Database);
        run.Figures.Add(("cbroker admin verify afterwards", verdict));
        if (!verdict.Contains("sound", StringComparison.Ordinal))
        {
            run.Complaints.Add(verdict);
        }

        return Conclude("Backup under traffic and restore", [("release", await Checkout.DescribeAsync("HEAD")), .. run.Figures], [], run.Complaints, directory, output);
    }

    private static RunLimits Limits(TrafficOptions options, int steps) => new()
    {
        VisibilityTimeout = options.VisibilityTimeout, MaxDeliveries = MaxDeliveries, MinAcknowledgedCount = 2_000, MinFaultCount = steps,
    };

    private static async Task<string> VerifyAsync(string database)
    {
        var settings = new NpgsqlConnectionStringBuilder(database);
        var secrets = new Dictionary<string, string> { ["PGPASSWORD"] = settings.Password! };
        settings.Remove("Password");
        FinishedProcess verified = await Tool.TryAsync(secrets, "dotnet", Checkout.Built("cli", "cbroker.dll"), "admin", "verify", settings.ConnectionString);
        return (verified.Out + verified.Error).Trim();
    }

    private static string Make()
    {
        string directory = Directory.CreateTempSubdirectory("commandbroker-maintenance-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            // The database runs as another user.
            File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
        }

        Directory.CreateDirectory(Path.Combine(directory, "data"));
        return directory;
    }

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static int Conclude(string title, IEnumerable<(string What, string Value)> figures, List<string> steps, List<string> complaints, string directory, string? output)
    {
        string text = string.Join('\n', [
            $"## {title}", "", $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm} UTC. {(complaints.Count == 0 ? "Passed." : "Failed.")}", "",
            "| | |", "|---|---|", .. figures.Select(figure => $"| {figure.What} | {figure.Value} |"), "",
            .. steps.Select((step, number) => $"{number + 1}. {step}"), .. complaints.Select(complaint => $"- {complaint}")]);
        Console.WriteLine(text);
        if (output is not null)
        {
            File.AppendAllText(output, text + "\n\n");
        }

        if (complaints.Count > 0)
        {
            Console.Error.WriteLine($"The history stays in {directory}.");
            return 1;
        }

        Directory.Delete(directory, recursive: true);
        return 0;
    }
}
