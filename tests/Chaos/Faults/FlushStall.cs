using System.Diagnostics;
using CommandBroker.Chaos.Cluster;

namespace CommandBroker.Chaos.Faults;

/// <summary>
/// Commits wait 8 to 20 s for their flush and are carried out then, when their callers were told long ago that nobody knows. Reads go on.
/// In turn: sessions of the brokers stand still (SIGSTOP) while one of them flushes, and every flush of the server is held back by strace.
/// </summary>
internal sealed class FlushStall(Random random) : IFault
{
    private const int MaxAttempts = 400;
    private const string Waiting = "wait_event in ('WALSync', 'WALWrite')";
    private const string Writers = $"usename = '{Database.BrokerRole}' and query ~ 'insert into command |update command '";
    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(20);

    private IReadOnlyList<int> _stopped = [];
    private Process? _strace;
    private string? _flushedTo;

    /// <inheritdoc/>
    public TimeSpan Hold { get; } = TimeSpan.FromSeconds(8 + (12 * random.NextDouble()));

    /// <inheritdoc/>
    public async Task InjectAsync(Scene scene)
    {
        Database database = scene.Cluster.Database;
        if (scene.NextOf([true, false]))
        {
            await DelayAsync(scene);
        }
        else
        {
            await StopAsync(scene);
        }

        _flushedTo = await FlushedToAsync(database);
    }

    /// <inheritdoc/>
    public async Task<string?> ProveAsync(Scene scene)
    {
        Database database = scene.Cluster.Database;
        string waiting = await database.AskAsync($"select count(*) from pg_stat_activity where {Waiting}") ?? "";
        string end = await FlushedToAsync(database);
        string how = _strace is null ? $"{_stopped.Count} sessions of the brokers stood still, one of them in its flush" : "every fdatasync was held back";
        return (_strace is not null || (_stopped.Count > 0 && _stopped.All(pid => Shell.StateOf(pid) == 'T'))) && end == _flushedTo && waiting != "0"
            ? FormattableString.Invariant($"{how}: for {Hold.TotalSeconds:F1} s nothing beyond {end} was flushed, {waiting} processes waited for it") : null;
    }

    /// <inheritdoc/>
    public async Task HealAsync(Scene scene)
    {
        if (_strace is not null)
        {
            await Shell.SignalAsync("TERM", _strace.Id);
            await _strace.WaitForExitAsync();
            _strace.Dispose();
        }

        await Shell.SignalAsync("CONT", _stopped);
        await scene.Cluster.Database.WaitUntilItAnswersAsync();
    }

    private static async Task<string> FlushedToAsync(Database database) => await database.AskAsync("select pg_current_wal_flush_lsn()") ?? "";

    private static async Task<IReadOnlyList<int>> PidsAsync(Database database, string which)
    {
        string? pids = await database.AskAsync($"select string_agg(pid::text, ' ') from pg_stat_activity where {which}");
        return [.. (pids ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
    }

    private async Task DelayAsync(Scene scene)
    {
        Database database = scene.Cluster.Database;

        // Not those that begin later: whoever is held back in a flush has the lock that every other one needs.
        IReadOnlyList<int> all = await PidsAsync(database, $"usename = '{Database.BrokerRole}' or backend_type in ('walwriter', 'checkpointer')");
        _strace = scene.Cluster.StartTool(["strace", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:delay_enter=600000000",
            .. all.SelectMany(pid => (string[])["-p", $"{pid}"])]);
        TimeSpan deadline = scene.Clients.Recorder.Elapsed + StallTimeout;
        while (scene.Clients.Recorder.Elapsed < deadline)
        {
            // A flush that strace came too late for ends soon; one that stays is held back.
            string before = await FlushedToAsync(database);
            await Task.Delay(500);
            if (before == await FlushedToAsync(database) && await database.AskAsync($"select count(*) from pg_stat_activity where {Waiting}") != "0")
            {
                return;
            }
        }
    }

    // Whether one flushes just now can only be seen when it stands still; so they are stopped until one does.
    private async Task StopAsync(Scene scene)
    {
        Database database = scene.Cluster.Database;
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            IReadOnlyList<int> writers = await PidsAsync(database, Writers);
            await Shell.SignalAsync("STOP", writers);
            if (writers.Count > 0 && await database.AskAsync($"select count(*) from pg_stat_activity where {Writers} and backend_xid is not null and {Waiting}") != "0")
            {
                _stopped = writers;
                return;
            }

            await Shell.SignalAsync("CONT", writers);
            await Task.Delay(scene.Between(0.01, 0.05));
        }

        throw new InvalidOperationException($"None of {MaxAttempts} attempts met a session of a broker in its flush.");
    }
}
