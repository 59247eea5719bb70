using CommandBroker.Chaos.Cluster;
using CommandBroker.Traffic;
using Npgsql;

namespace CommandBroker.Chaos.Faults;

/// <summary>The reasons for which PostgreSQL ends or refuses sessions, one after another. Whatever it is, callers are at worst asked to come again.</summary>
internal sealed class SessionEndings : IFault
{
    private static readonly TimeSpan StepHold = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan StepTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ServeTimeout = TimeSpan.FromSeconds(60);
    private static readonly ProxyFault Slow = new(MaxDelay: TimeSpan.FromMilliseconds(40));

    private readonly List<string> _seen = [];
    private readonly List<string> _missing = [];
    private readonly ReadOnlyServer _readOnly = new();
    private readonly SessionEnding[] _all;
    private NpgsqlConnection? _own;
    private Task? _stop;

    /// <summary>Makes the list.</summary>
    public SessionEndings() => _all =
    [
        SessionEnding.OfSetting("57P05", "idle_session_timeout", "50"),
        new("25P03", LeaveTransactionsIdleAsync, scene =>
        {
            scene.Cluster.Disturb(null);
            return scene.Cluster.Database.SetAsync("idle_in_transaction_session_timeout", null);
        }),
        new("57P01", scene => scene.Cluster.Database.EndSessionsAsync(), _ => Task.CompletedTask),
        new("57P03", RefuseToBeginAsync, RestartAsync),
        new("55P03", LockAsync, async scene =>
        {
            await EndOwnAsync();
            await scene.Cluster.Database.SetAsync("lock_timeout", null);
        }),
        SessionEnding.OfRole("28P01", cluster => cluster.SetDatabasePasswordAsync(isRight: false), cluster => cluster.SetDatabasePasswordAsync(isRight: true)),
        SessionEnding.OfSetting("25006", "default_transaction_read_only", "on"),
        new("25006", _readOnly.BreakAsync, _readOnly.MendAsync) { Server = scene => _readOnly.Standby ?? scene.Cluster.Database },
        SessionEnding.OfRole("53300", cluster => LimitAsync(cluster, 2), cluster => LimitAsync(cluster, -1)),
    ];

    /// <inheritdoc/>
    public TimeSpan Hold => TimeSpan.Zero;

    /// <inheritdoc/>
    public async Task InjectAsync(Scene scene)
    {
        foreach (SessionEnding ending in _all)
        {
            int before = scene.Cluster.Database.CountInLog($" {ending.Code} ");
            await ending.BreakAsync(scene);
            Database server = ending.Server(scene);
            before = server == scene.Cluster.Database ? before : 0;
            TimeSpan startedAt = scene.Clients.Recorder.Elapsed;
            do
            {
                await Task.Delay(StepHold);
            }
            while (server.CountInLog($" {ending.Code} ") == before && scene.Clients.Recorder.Elapsed < startedAt + StepTimeout);

            int count = server.CountInLog($" {ending.Code} ") - before;
            (count > 0 ? _seen : _missing).Add($"{ending.Code} {count}");
            await ending.MendAsync(scene);
            await scene.Cluster.Database.WaitUntilItAnswersAsync();
            IReadOnlyList<string> unserved = await scene.UnservedAsync(ServeTimeout);
            if (unserved.Count > 0)
            {
                throw new InvalidOperationException($"{unserved.Count} source servers, as {unserved[0]}, were not served within {ServeTimeout} of the end of {ending.Code}.");
            }
        }
    }

    /// <inheritdoc/>
    public Task<string?> ProveAsync(Scene scene) => _missing.Count == 0
        ? Task.FromResult<string?>($"PostgreSQL's log has, as code and how often: {string.Join(", ", _seen)}")
        : throw new InvalidOperationException($"PostgreSQL's log has no {string.Join(", ", _missing)}.");

    /// <inheritdoc/>
    public async Task HealAsync(Scene scene)
    {
        foreach (SessionEnding ending in _all)
        {
            await ending.MendAsync(scene);
        }

        await scene.Cluster.Database.WaitUntilItAnswersAsync();
    }

    private static Task<string?> LimitAsync(BrokerCluster cluster, int count) => cluster.Database.AskAsync($"alter role {Database.BrokerRole} connection limit {count}");

    // A registration takes a transaction of several statements, between which it is idle for as long as the way takes.
    private static async Task LeaveTransactionsIdleAsync(Scene scene)
    {
        scene.Cluster.Disturb(Slow);
        await scene.Cluster.Database.SetAsync("idle_in_transaction_session_timeout", "1");
        await Parallel.ForAsync(0, 8, async (_, _) =>
        {
            string id = $"another-{Guid.NewGuid():N}";
            ApiAnswer answer = await scene.Clients.Api.AsOperatorAsync(scene.Cluster.Endpoint, HttpMethod.Post, "/v3/sources",
                $$"""{"id":"{{id}}","name":"another","os_type":"LINUX","os_version":"12","ip":"10.0.0.1","agent_version":"1"}""");
            if (answer.Status is { } status and not 503 && !answer.IsOk)
            {
                throw new InvalidOperationException($"A registration whose session PostgreSQL ended was answered {status}: {answer.Note}");
            }
        });
    }

    // Asked to stop, it refuses new sessions while one that is open goes on: the suite's own.
    private async Task RefuseToBeginAsync(Scene scene)
    {
        Database database = scene.Cluster.Database;
        await OpenOwnAsync(database);
        await using var sessions = new NpgsqlCommand($"select pid from pg_stat_activity where usename = '{Database.BrokerRole}'", _own);
        await using NpgsqlDataReader row = await sessions.ExecuteReaderAsync();
        List<int> pids = [];
        while (await row.ReadAsync())
        {
            pids.Add(row.GetInt32(0));
        }

        _stop = database.Node.StopAsync();
        await Task.Delay(200);
        await Shell.SignalAsync("TERM", pids);
    }

    private async Task RestartAsync(Scene scene)
    {
        await EndOwnAsync();
        await (_stop ?? Task.CompletedTask);
        scene.Cluster.Database.Node.Start();
    }

    private async Task LockAsync(Scene scene)
    {
        await OpenOwnAsync(scene.Cluster.Database);
        await using var lockRows = new NpgsqlCommand("set lock_timeout = 0; begin; lock table command in exclusive mode", _own);
        await lockRows.ExecuteNonQueryAsync();
        await scene.Cluster.Database.SetAsync("lock_timeout", "100");
    }

    private async Task OpenOwnAsync(Database database)
    {
        _own = new NpgsqlConnection(database.ConnectionString);
        await _own.OpenAsync();
    }

    private async Task EndOwnAsync()
    {
        if (_own is { } own)
        {
            _own = null;
            await own.DisposeAsync();
        }
    }
}
