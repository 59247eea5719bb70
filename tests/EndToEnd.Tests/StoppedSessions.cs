using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>Sessions of a PostgreSQL that stand still (SIGSTOP): what they are sent lies in their sockets, and is carried out when they go on.</summary>
internal sealed class StoppedSessions : IAsyncDisposable
{
    /// <summary>The session over which a broker has written commands.</summary>
    public const string Writer = "query ~ 'insert into command |update command |plan_cache_mode'";

    private const string Activity = """
        select string_agg(concat_ws(' | ', pid, application_name, state, wait_event_type, wait_event, left(query, 120)), E'\n') from pg_stat_activity where datname is not null
        """;

    private readonly string _database;
    private readonly int[] _pids;
    private bool _isStopped = true;

    private StoppedSessions(string database, int[] pids) => (_database, _pids) = (database, pids);

    /// <summary>Stops all of a broker's sessions but those of membership and of its probe.</summary>
    /// <param name="database">The connection string of the broker's database.</param>
    /// <param name="besides">Those that stand still already.</param>
    public static Task<StoppedSessions> StopAsync(string database, params StoppedSessions[] besides) =>
        StopAsync(database, $"not pid = any('{{{string.Join(',', besides.SelectMany(sessions => sessions._pids))}}}')");

    /// <summary>Stops some of a broker's sessions.</summary>
    /// <param name="database">The connection string of the broker's database.</param>
    /// <param name="which">Which of them, in SQL.</param>
    public static async Task<StoppedSessions> StopAsync(string database, string which)
    {
        string pids = (string)(await AskAsync(database, $"""
            select coalesce(string_agg(pid::text, ' '), '') from pg_stat_activity
            where datname = current_database() and application_name in ('commandbroker', 'commandbroker-state') and {which}
            """))!;
        var sessions = new StoppedSessions(
            database, [.. pids.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pid => int.Parse(pid, CultureInfo.InvariantCulture))]);
        await sessions.SignalAsync("-STOP");
        return sessions._pids.Length > 0 ? sessions : throw new InvalidOperationException($"The broker has no session with {which}.");
    }

    /// <summary>Stops all processes of a server, as a disk or a machine that stalls does.</summary>
    public static async Task<StoppedSessions> StopServerAsync(string database)
    {
        int postmaster = (int)(await AskAsync(database, @"select split_part(pg_read_file('postmaster.pid'), E'\n', 1)::integer"))!;
        var parent = new StoppedSessions(database, [postmaster]);
        await parent.SignalAsync("-STOP");

        // None begins any more.
        var all = new StoppedSessions(database, [postmaster, .. ChildrenOf(postmaster)]);
        await all.SignalAsync("-STOP");
        return all;
    }

    /// <summary>The connection string of a broker whose wish to cancel a statement gets lost, as where packets do: what was sent is carried out.</summary>
    public static string WithoutCancelling(string database) => new NpgsqlConnectionStringBuilder(database) { CancellationTimeout = -1 }.ConnectionString;

    /// <summary>Asks the database one question, over a session of its own.</summary>
    public static async Task<object?> AskAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(database) { Pooling = false, ApplicationName = "test", Timeout = 60, CommandTimeout = 60 }.ConnectionString);
        await connection.OpenAsync();
        await using var question = new NpgsqlCommand(sql, connection);
        return await question.ExecuteScalarAsync();
    }

    /// <summary>Asks until the answer is yes.</summary>
    public static async Task UntilAsync(string database, string condition)
    {
        DateTimeOffset deadline = DateTimeOffset.UtcNow.AddSeconds(60);
        while (!Equals(await AskAsync(database, $"select {condition}"), true))
        {
            if (DateTimeOffset.UtcNow > deadline)
            {
                throw new InvalidOperationException($"Never: {condition}. Sessions:\n{await AskAsync(database, Activity)}");
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Lets them go on.</summary>
    public async Task ContinueAsync()
    {
        if (_isStopped)
        {
            await SignalAsync("-CONT");
            _isStopped = false;
        }
    }

    /// <summary>Waits until they have carried out what they were sent, which they have when they ended: the broker has left them.</summary>
    public Task EndedAsync() => UntilAsync(_database, $"not exists (select from pg_stat_activity where pid in ({string.Join(", ", _pids)}))");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await ContinueAsync();

    private static IEnumerable<int> ChildrenOf(int parent)
    {
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && ParentOf(pid) == parent)
            {
                yield return pid;
            }
        }
    }

    private static int ParentOf(int pid)
    {
        try
        {
            // The name of the program, in parentheses, may hold anything.
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private async Task SignalAsync(string signal)
    {
        if (_pids.Length > 0)
        {
            using Process kill = Process.Start("kill", [signal, .. _pids.Select(pid => pid.ToString(CultureInfo.InvariantCulture))]);
            await kill.WaitForExitAsync();
        }
    }
}
