using System.Diagnostics;
using System.Text.Json;
using CommandBroker.Core;
using CommandBroker.Storage;

namespace CommandBroker.RetentionBench;

/// <summary>Works on an open store as the broker does, without what lies in front of it.</summary>
internal sealed class Measurement(IBrokerDatabase database, RetentionOptions options)
{
    private const int Limit = 1_000;
    private const string Param = """{"task_id":"7c9a1f52-66f0-4a0f-8f0d-2f3c1f7b0a11"}""";

    private readonly long[] _seqs = [.. Enumerable.Repeat(1_000_000_000L, options.Servers + 1)];
    private readonly DateTimeOffset _endedBefore = new(options.EndedBefore, TimeSpan.Zero);

    /// <summary>One run. What this process read meanwhile comes from the kernel: an embedded store reads pages of its file.</summary>
    public async Task IdleAsync()
    {
        await database.PingAsync(CancellationToken.None);
        long before = ReadBytes();
        long removed = await RunAsync();
        Print(new { removed, read_bytes = ReadBytes() - before });
    }

    /// <summary>Enqueues alone, removals alone, both at once; again and again.</summary>
    public async Task RatesAsync()
    {
        await EnqueueAsync();
        for (int round = 1; round <= options.Rounds; round++)
        {
            double enqueues = await EnqueueAsync();
            double removals = await RemoveAsync();
            Task<double> beside = EnqueueAsync();
            double removalsBeside = await RemoveAsync();
            Print(new { round, enqueues, removals, enqueues_both = await beside, removals_both = removalsBeside });
        }
    }

    private async Task<double> EnqueueAsync()
    {
        var clock = Stopwatch.StartNew();
        long[] counts = await Task.WhenAll(Enumerable.Range(0, options.Callers).Select(caller => Task.Run(() => EnqueueAsync(caller, clock))));
        return counts.Sum() / clock.Elapsed.TotalSeconds;
    }

    private async Task<long> EnqueueAsync(int caller, Stopwatch clock)
    {
        long count = 0;
        for (int source = caller + 1; clock.Elapsed.TotalSeconds < options.Seconds; source += options.Callers)
        {
            source = source <= options.Servers ? source : caller + 1;
            var command = new Command { Seq = ++_seqs[source], Name = "START", Param = Param, EnqueuedAt = DateTimeOffset.UtcNow, EnqueuedBy = "bench" };
            CommitStatus status = await database.Commands.CommitAsync(new QueueCommit { SourceNo = source, Commands = [command], OpenFrom = 1 });
            count += status == CommitStatus.Committed ? 1 : throw new InvalidOperationException($"An enqueue ended as {status}.");
        }

        return count;
    }

    private async Task<double> RemoveAsync()
    {
        var clock = Stopwatch.StartNew();
        long removed = 0;
        while (clock.Elapsed.TotalSeconds < options.Seconds)
        {
            long now = await database.Commands.PurgeAsync(_endedBefore, Limit);
            removed += now > 0 ? now : throw new InvalidOperationException("Nothing is due any more; give more rows.");
        }

        return removed / clock.Elapsed.TotalSeconds;
    }

    private async Task<long> RunAsync()
    {
        long removed = 0;
        int now;
        do
        {
            now = await database.Commands.PurgeAsync(_endedBefore, Limit);
            removed += now;
        }
        while (now == Limit);
        return removed;
    }

    private static long ReadBytes() =>
        long.Parse(File.ReadLines("/proc/self/io").First(line => line.StartsWith("rchar:", StringComparison.Ordinal)).AsSpan(7), null);

    private static void Print(object figures) => Console.WriteLine(JsonSerializer.Serialize(figures));
}
