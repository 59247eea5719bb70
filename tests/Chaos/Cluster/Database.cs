using Npgsql;

namespace CommandBroker.Chaos.Cluster;

/// <summary>One PostgreSQL server of the run: the primary, or a standby that may become it.</summary>
internal sealed class Database : IDisposable
{
    /// <summary>Its port at its own address.</summary>
    public const int Port = 5432;

    /// <summary>Whom the brokers come as, with a password. The suite itself comes as the superuser.</summary>
    public const string BrokerRole = "commandbroker";

    private static readonly string[] OrdinaryUser = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"];
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan PlaceTimeout = TimeSpan.FromSeconds(30);

    // The suite's own sessions are not part of what a fault does to the brokers' ones by the server's settings.
    private const string OwnSettings =
        "-c idle_session_timeout=0 -c idle_in_transaction_session_timeout=0 -c lock_timeout=0 -c default_transaction_read_only=off";

    private readonly Network _network;
    private readonly string _binaries = Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Order().Last();

    /// <param name="network">The network.</param>
    /// <param name="host">Its host.</param>
    /// <param name="directory">Where it keeps everything; it is made, and must belong to the user postgres.</param>
    /// <param name="log">The file of its log.</param>
    /// <param name="environment">What its process gets.</param>
    public Database(Network network, string host, string directory, string log, IReadOnlyDictionary<string, string> environment)
    {
        (_network, Host, DataDirectory, Log) = (network, host, directory, log);
        string[] serve = [.. OrdinaryUser, Path.Combine(_binaries, "postgres"), "-D", directory, "-p", $"{Port}",
            "-c", $"listen_addresses={network.AddressOf(host)}", "-c", "unix_socket_directories=", "-c", "max_connections=200",
            "-c", "fsync=on", "-c", "synchronous_commit=on", "-c", "wal_level=replica", "-c", "max_wal_size=512MB",
            "-c", "log_line_prefix=%m [%p] %e "];
        Node = new Node(host, network.AddressOf(host), network.At(host, serve), environment, log);
    }

    /// <summary>Its host.</summary>
    public string Host { get; }

    /// <summary>Its process.</summary>
    public Node Node { get; }

    /// <summary>Its files.</summary>
    public string DataDirectory { get; }

    /// <summary>Its log.</summary>
    public string Log { get; }

    /// <summary>Its address.</summary>
    public string Address => _network.AddressOf(Host);

    /// <summary>How this process reaches it, past every proxy.</summary>
    public string ConnectionString => $"Host={Address};Port={Port};Username=postgres;Database=postgres;Timeout=5;Command Timeout=30;Pooling=false;Options={OwnSettings}";

    /// <summary>Makes an empty one.</summary>
    public async Task CreateAsync()
    {
        await AsPostgresAsync("initdb", "-D", DataDirectory, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "--data-checksums");
        // The network is the run's own. Only brokers need a password, so that theirs can be wrong.
        await File.AppendAllTextAsync(Path.Combine(DataDirectory, "pg_hba.conf"),
            $"host all {BrokerRole} 10.99.0.0/16 scram-sha-256\nhost all all 10.99.0.0/16 trust\nhost replication all 10.99.0.0/16 trust\n");
    }

    /// <summary>Makes the role of the brokers, which owns the database.</summary>
    public async Task AdmitBrokersAsync(string password)
    {
        await AskAsync($"create role {BrokerRole} login password '{password}'");
        await AskAsync($"alter database postgres owner to {BrokerRole}");
    }

    /// <summary>Changes a setting of the whole server, at once and for sessions that are open too; null puts the default back.</summary>
    public async Task SetAsync(string setting, string? value)
    {
        await AskAsync(value is null ? $"alter system reset {setting}" : $"alter system set {setting} = '{value}'");
        await AskAsync("select pg_reload_conf()");
    }

    /// <summary>Ends every session of the brokers.</summary>
    public Task EndSessionsAsync() => AskAsync($"select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = '{BrokerRole}'");

    /// <summary>Makes a copy of a running one, which will follow it.</summary>
    public Task CopyAsync(Database primary) => Shell.RunAsync(_network.At(Host, [.. OrdinaryUser, Path.Combine(_binaries, "pg_basebackup"),
        "-d", $"host={primary.Address} port={Port} user=postgres application_name={Host}", "-D", DataDirectory, "-R", "-X", "stream", "-c", "fast", "--no-sync"]));

    /// <summary>Makes a standby the primary.</summary>
    public Task PromoteAsync() => AsPostgresAsync("pg_ctl", "promote", "-D", DataDirectory, "-w");

    /// <summary>Kills all its processes, and leaves it dead.</summary>
    public async Task KillAllAsync()
    {
        IReadOnlyList<int> all = Processes();
        await Node.KillAsync();
        await Shell.SignalAsync("KILL", all);
    }

    /// <summary>How often its log has a text.</summary>
    public int CountInLog(string text) => File.ReadLines(Log).Count(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>All its processes.</summary>
    public IReadOnlyList<int> Processes() => Node.IsRunning ? Shell.FamilyOf(Node.Pid) : [];

    /// <summary>Asks it for one value, past every proxy. Waits for a place when the brokers' sessions, dead ones included, have all of them.</summary>
    /// <returns>The value as text; null when it is NULL.</returns>
    /// <exception cref="NpgsqlException">It does not answer.</exception>
    public async Task<string?> AskAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        using var timeout = new CancellationTokenSource(PlaceTimeout);
        while (true)
        {
            try
            {
                await connection.OpenAsync();
                break;
            }
            catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.TooManyConnections && !timeout.IsCancellationRequested)
            {
                await Task.Delay(200);
            }
        }

        await using var query = new NpgsqlCommand(sql, connection);
        return (await query.ExecuteScalarAsync())?.ToString();
    }

    /// <summary>Completes when it answers.</summary>
    public async Task WaitUntilItAnswersAsync()
    {
        using var timeout = new CancellationTokenSource(StartTimeout);
        while (true)
        {
            try
            {
                await AskAsync("select 1");
                return;
            }
            catch (NpgsqlException) when (!timeout.IsCancellationRequested)
            {
                await Task.Delay(50);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Node.Dispose();

    private Task AsPostgresAsync(string program, params string[] arguments) => Shell.RunAsync([.. OrdinaryUser, Path.Combine(_binaries, program), .. arguments]);
}
