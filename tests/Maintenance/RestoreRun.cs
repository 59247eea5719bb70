using System.Diagnostics;
using CommandBroker.History;
using CommandBroker.Traffic;
using Npgsql;

namespace CommandBroker.Maintenance;

/// <summary>
/// A dump under traffic, put back into a new database, with the cluster started on that: everything acknowledged before the dump began is there, and no
/// number that was given out after it is given out again.
/// </summary>
internal sealed class RestoreRun(Cluster cluster, string directory, TrafficOptions options, TimeSpan pause, Recorder recorder, TextWriter log)
{
    private const string Restored = "restored";

    /// <summary>The figures, as rows of a table.</summary>
    public List<(string What, string Value)> Figures { get; } = [];

    /// <summary>What must not be.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>The database that the dump was put into.</summary>
    public string RestoredDatabase => new NpgsqlConnectionStringBuilder(cluster.Database) { Database = Restored }.ConnectionString;

    /// <summary>Traffic, a dump, more traffic, then everything is taken away and put back.</summary>
    /// <returns>When the dump began.</returns>
    public async Task<TimeSpan> BackUpAndRestoreAsync()
    {
        using BrokerApi api = cluster.Api();
        using var clients = new Clients(options, api, recorder, _ => cluster.Endpoint);
        await clients.RegisterAsync(cluster.Endpoint);
        clients.Start();
        await Task.Delay(pause);

        TimeSpan dumpedAt = recorder.Elapsed;
        long startedAt = Stopwatch.GetTimestamp();
        string dump = Path.Combine(directory, "broker.dump");
        await Tool.RunAsync(Login(), "pg_dump", "-Fc", "-f", dump, "-d", "postgres");
        Figures.Add(("pg_dump under traffic", $"{Stopwatch.GetElapsedTime(startedAt).TotalSeconds:F1} s, {new FileInfo(dump).Length / 1024:N0} KiB"));
        await Task.Delay(pause);
        clients.ThrowIfBroken();
        await clients.StopEnqueuingAsync();
        await Drain.UntilEmptyAsync(clients, cluster.Endpoint, TimeSpan.FromSeconds(60));
        await clients.StopAgentsAsync();
        await cluster.StopAsync("gateway");
        await cluster.StopAsync("silo");

        startedAt = Stopwatch.GetTimestamp();
        await Tool.RunAsync(Login(), "psql", "-qd", "postgres", "-c", $"create database {Restored} template template0");
        await Tool.RunAsync(Login(), "pg_restore", "-d", Restored, "--exit-on-error", dump);
        Figures.Add(("pg_restore into a new database", $"{Stopwatch.GetElapsedTime(startedAt).TotalSeconds:F1} s"));
        log.WriteLine("restored");
        return dumpedAt;
    }

    /// <summary>Holds the restored store, read by a decoder of its own, against what was acknowledged before the dump began; before any broker has seen it.</summary>
    public async Task CheckStoreAsync(IReadOnlyList<HistoryEntry> history, TimeSpan dumpedAt)
    {
        await using var connection = new NpgsqlConnection(RestoredDatabase);
        FinalRead read = await StoreReader.ReadAsync(connection);
        var run = new RunHistory(history, [], new RunLimits { VisibilityTimeout = options.VisibilityTimeout, MaxDeliveries = 10 });
        var stored = read.Commands.ToLookup(command => (command.Server, command.CommandId));
        HistoryCall[] before = [.. run.Of(CallKind.Enqueue).Where(call => call.IsOk && call.EndedAt < dumpedAt).DistinctBy(call => (call.Server, call.CommandId))];
        HistoryCall[] after = [.. run.Of(CallKind.Enqueue).Where(call => call.IsOk && call.EndedAt >= dumpedAt && !stored.Contains((call.Server, call.CommandId!.Value)))
            .DistinctBy(call => (call.Server, call.CommandId))];
        foreach (HistoryCall call in before)
        {
            FinalCommand[] found = [.. stored[(call.Server, call.CommandId!.Value)]];
            if (found is not [{ } command] || command.Hash != call.Hash || command.Key != call.Invoked.Key)
            {
                Complaints.Add($"{call.Server}: command {call.CommandId}, acknowledged before the dump, is {(found.Length == 0 ? "not there" : "another one")}.");
            }
        }

        foreach (HistoryCall call in run.Of(CallKind.Report).Where(call => call.IsOk && call.EndedAt < dumpedAt).DistinctBy(call => (call.Server, call.CommandId)))
        {
            if (stored[(call.Server, call.CommandId!.Value)].SingleOrDefault() is { Result: null } or null)
            {
                Complaints.Add($"{call.Server}: the report of command {call.CommandId}, acknowledged before the dump, is lost.");
            }
        }

        Figures.Add(("commands acknowledged before the dump began, all found as they were", $"{before.Length:N0}"));
        Figures.Add(("commands acknowledged after it, lost by the restore as they must be", $"{after.Length:N0}"));
        if (before.Length == 0 || after.Length == 0)
        {
            Complaints.Add("Too little was acknowledged before or after the dump: the run shows nothing.");
        }
    }

    /// <summary>The cluster's second life: its traffic knows nothing of the first one's.</summary>
    public async Task<IReadOnlyList<FinalRead>> LiveOnAsync(string program, IReadOnlyList<HistoryEntry> first, Recorder second)
    {
        await Tool.RunAsync(Login(), "psql", "-qd", Restored, "-c", "alter database postgres rename to before_the_restore", "-c", "select 1");
        await Tool.RunAsync(Login(), "psql", "-qd", "before_the_restore", "-c", $"alter database {Restored} rename to postgres");
        foreach ((string Name, int Port) member in (await cluster.MembersAsync("silo")).Concat(await cluster.MembersAsync("gateway")))
        {
            await cluster.ReplaceAsync(member, program);
        }

        using BrokerApi api = cluster.Api();
        using var clients = new Clients(options with { ServerPrefix = options.ServerPrefix }, api, second, _ => cluster.Endpoint);
        await CheckKeysAsync(api, first);
        clients.Start();
        await Task.Delay(pause);
        clients.ThrowIfBroken();
        await clients.StopEnqueuingAsync();
        await Drain.UntilEmptyAsync(clients, cluster.Endpoint, TimeSpan.FromSeconds(60));
        await clients.StopAgentsAsync();
        await using var connection = new NpgsqlConnection(cluster.Database);
        return [await StoreReader.ReadAsync(connection)];
    }

    /// <summary>No number of the second life was given out in the first, and all are above it.</summary>
    public void CheckNumbers(IReadOnlyList<HistoryEntry> first, IReadOnlyList<HistoryEntry> second)
    {
        Dictionary<string, long> highest = Ids(first).GroupBy(id => id.Server).ToDictionary(server => server.Key, server => server.Max(id => id.Id));
        (string Server, long Id)[] anew = [.. Ids(second)];
        int reused = anew.Count(id => id.Id <= highest.GetValueOrDefault(id.Server));
        Figures.Add(("numbers given out after the restore; of them not above every number of before", $"{anew.Length:N0}; {reused}"));
        if (reused > 0 || anew.Length == 0)
        {
            Complaints.Add($"{reused} numbers were used again, of {anew.Length}.");
        }
    }

    private static IEnumerable<(string Server, long Id)> Ids(IReadOnlyList<HistoryEntry> entries)
    {
        var limits = new RunLimits { VisibilityTimeout = TimeSpan.FromSeconds(2), MaxDeliveries = 10 };
        return new RunHistory(entries, [], limits).Of(CallKind.Enqueue).Where(call => call.IsOk).Select(call => (call.Server, call.CommandId!.Value)).Distinct();
    }

    // S8 across the restore: a key of before the dump still stands for its command. The body's digest is all that the history has, so another body is sent.
    private async Task CheckKeysAsync(BrokerApi api, IReadOnlyList<HistoryEntry> first)
    {
        var limits = new RunLimits { VisibilityTimeout = options.VisibilityTimeout, MaxDeliveries = 10 };
        HistoryCall[] sample = [.. new RunHistory(first, [], limits).Of(CallKind.Enqueue).Where(call => call.IsOk).Take(100)];
        int refused = 0;
        foreach (HistoryCall call in sample)
        {
            ApiAnswer answer = await api.AsOperatorAsync(
                cluster.Endpoint, HttpMethod.Post, $"/api/v1/sources/{call.Server}/commands", """{"command_name":"OTHER"}""", "Idempotency-Key", call.Invoked.Key);
            refused += answer.Outcome == EntryKind.Fail ? 1 : 0;
        }

        Figures.Add(("keys of the first 100 commands, used with another body after the restore: refused", $"{refused} of {sample.Length}"));
        if (refused != sample.Length)
        {
            Complaints.Add($"{sample.Length - refused} keys of before the dump were taken for new ones.");
        }
    }

    private Dictionary<string, string> Login()
    {
        var settings = new NpgsqlConnectionStringBuilder(cluster.Database);
        return new Dictionary<string, string>
        {
            ["PGHOST"] = settings.Host!, ["PGPORT"] = $"{settings.Port}", ["PGUSER"] = settings.Username!, ["PGPASSWORD"] = settings.Password!,
        };
    }
}
