using System.Diagnostics;
using CommandBroker.Chaos.Cluster;
using CommandBroker.Chaos.Faults;
using CommandBroker.History;
using CommandBroker.Traffic;
using Npgsql;

namespace CommandBroker.Chaos;

/// <summary>One run: traffic with faults, heal, stop the writers, drain, two readings, check.</summary>
internal sealed class ChaosRun(ChaosOptions options, string mode, int seed, RunPlan plan, TextWriter log)
{
    // libfaketime looks at its file once a second.
    private static readonly TimeSpan ClockSettle = TimeSpan.FromSeconds(2);

    // Not HashCode.Combine, which differs from process to process: a seed must choose the same again.
    private readonly Random _random = new((seed * 1_000) + plan.Kinds[0].Number);
    private readonly List<FaultOutcome> _outcomes = [];
    private readonly List<string> _complaints = [];

    /// <summary>Runs it.</summary>
    public async Task<RunResult> RunAsync()
    {
        DateTimeOffset at = TimeProvider.System.GetUtcNow();
        string directory = Directory.CreateTempSubdirectory("commandbroker-chaos-").FullName;
        await Shell.RunAsync("chmod", "755", directory);
        string history = Path.Combine(directory, "history.jsonl");
        log.WriteLine($"{mode} {string.Join(",", plan.Kinds.Select(kind => kind.Number))} seed {seed} in {directory}");
        IReadOnlyList<FinalRead> reads;
        TimeSpan length;
        int selfEnds;
        using (var file = new HistoryFile(history))
        {
            await using BrokerCluster cluster = await BrokerCluster.StartAsync(new ClusterOptions
            {
                Directory = directory,
                Broker = options.Broker,
                Seed = seed,
                Settings = options.Settings,
                HasSmallDisk = plan.Kinds.Any(kind => kind.NeedsSmallDisk),
                HasClock = plan.Kinds.Any(kind => kind.NeedsClock),
            });
            (reads, length) = await DriveAsync(cluster, new Recorder($"{mode}-{seed}", file));
            selfEnds = cluster.Brokers.Sum(node => node.SelfEndCount);
        }

        RunLimits limits = new()
        {
            VisibilityTimeout = options.VisibilityTimeout,
            MaxDeliveries = options.MaxDeliveries,
            MinAcknowledgedCount = plan.MinAcknowledgedCount,
            MinFaultCount = plan.MinFaultCount,
            WrongClocks = [.. _outcomes.Where(fault => FaultCatalogue.Get(fault.Number).NeedsClock).Select(fault => (fault.InjectedAt, fault.HealedAt + ClockSettle))],
        };
        RunResult result = Verdict.Of(new RunHistory(HistoryFile.Read(history), reads, limits), _outcomes, options.ServeTimeout) with
        {
            At = at,
            Mode = mode,
            Seed = seed,
            Length = length,
            SelfEnds = selfEnds,
        };
        result = result with { Complaints = [.. _complaints, .. result.Complaints] };
        if (result.Complaints.Count == 0)
        {
            Directory.Delete(directory, recursive: true);
        }
        else
        {
            log.WriteLine($"The history, the store and the logs stay in {directory}.");
        }

        return result;
    }

    private async Task<(IReadOnlyList<FinalRead> Reads, TimeSpan Length)> DriveAsync(BrokerCluster cluster, Recorder recorder)
    {
        using BrokerApi api = cluster.Api();
        using var clients = new Clients(options.Traffic(seed), api, recorder, _ => cluster.Endpoint);
        await clients.RegisterAsync(cluster.Endpoint);
        long startedAt = Stopwatch.GetTimestamp();
        clients.Start();
        await Task.Delay(options.Calm);
        foreach (FaultKind kind in plan.Faults(_random))
        {
            await BreakAsync(kind, new Scene(cluster, clients, _random, seed + _outcomes.Count(fault => fault.Number == kind.Number)));
            await Task.Delay(options.MaxRest * (0.3 + (0.7 * _random.NextDouble())));
        }

        await Task.Delay(options.Calm);
        await clients.StopEnqueuingAsync();
        TimeSpan length = Stopwatch.GetElapsedTime(startedAt);
        await Drain.UntilEmptyAsync(clients, cluster.Endpoint, options.ServeTimeout);
        await clients.StopAgentsAsync();
        FinalRead read = await ApiReader.ReadAsync(api, cluster.Endpoint, clients.Servers);
        foreach (Node node in cluster.Gateways.Concat(cluster.Silos))
        {
            await node.StopAsync();
        }

        await using var connection = new NpgsqlConnection(cluster.Database.ConnectionString);
        return ([read, await StoreReader.ReadAsync(connection)], length);
    }

    private async Task BreakAsync(FaultKind kind, Scene scene)
    {
        Recorder recorder = scene.Clients.Recorder;
        IFault fault = kind.Create(_random, options.VisibilityTimeout);
        TimeSpan injectedAt = recorder.Elapsed;
        string? proof = null;
        try
        {
            await fault.InjectAsync(scene);
            await Task.Delay(fault.Hold);
            proof = await fault.ProveAsync(scene);
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or TimeoutException or NpgsqlException)
        {
            _complaints.Add($"{kind}: {wrong.Message}");
        }

        TimeSpan mendedAt = recorder.Elapsed;
        await fault.HealAsync(scene);
        Note(recorder, kind, proof);
        _outcomes.Add(new FaultOutcome { Number = kind.Number, Proof = proof, InjectedAt = injectedAt, MendedAt = mendedAt, HealedAt = recorder.Elapsed });
        log.WriteLine($"{recorder.Elapsed:hh\\:mm\\:ss} {kind}: {proof ?? $"NOT PROVEN {_complaints.LastOrDefault()}"}");
        await scene.UnservedAsync(options.ServeTimeout);
    }

    // A run of many faults does not count one that did not fire, and its tables show it; a run of few is void.
    private void Note(Recorder recorder, FaultKind kind, string? proof)
    {
        if (proof is null && plan.IsMixed)
        {
            return;
        }

        HistoryEntry entry = recorder.Invoke("chaos", CallKind.Fault, null, null, line => line with { Note = $"{kind}" });
        recorder.End(entry, proof is null ? EntryKind.Fail : EntryKind.Ok, $"{kind}: {proof ?? "nothing proves that it fired"}");
    }
}
