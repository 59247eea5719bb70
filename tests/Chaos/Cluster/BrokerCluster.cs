using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using CommandBroker.Traffic;

namespace CommandBroker.Chaos.Cluster;

/// <summary>
/// The cluster of <c>docker-compose.yml</c> as processes in a network of their own: PostgreSQL, silos, gateways, and HAProxy with the
/// configuration of <c>deploy/</c>. Each silo and gateway has its own way to the database, which can be disturbed.
/// </summary>
internal sealed partial class BrokerCluster : IAsyncDisposable
{
    /// <summary>Where silos, gateways and the balancer answer HTTP.</summary>
    public const int HttpPort = 8080;

    private const int SiloPort = 11111;
    private const int GatewayPort = 30000;
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromMinutes(6);
    private static readonly TimeSpan StreamTimeout = TimeSpan.FromSeconds(30);

    private readonly ClusterOptions _options;
    private readonly Network _network;
    private readonly Reaper _reaper;
    private readonly Dictionary<string, DatabaseProxy> _proxies = [];
    private readonly string _agentToken = RandomNumberGenerator.GetHexString(64, lowercase: true);
    private readonly string _operatorToken = RandomNumberGenerator.GetHexString(64, lowercase: true);
    private readonly string _databasePassword = RandomNumberGenerator.GetHexString(32, lowercase: true);
    private readonly string _masterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private readonly List<Database> _databases = [];

    private BrokerCluster(ClusterOptions options, Network network)
    {
        (_options, _network) = (options, network);
        _reaper = new Reaper(options.Directory, network.Bridge);
    }

    /// <summary>The silos.</summary>
    public IReadOnlyList<Node> Silos { get; private set; } = [];

    /// <summary>The gateways.</summary>
    public IReadOnlyList<Node> Gateways { get; private set; } = [];

    /// <summary>The load balancer.</summary>
    public Node Balancer { get; private set; } = null!;

    /// <summary>The primary.</summary>
    public Database Database { get; private set; } = null!;

    /// <summary>The network.</summary>
    public Network Network => _network;

    /// <summary>The memory disk that the database lies on; null when it lies on the machine's.</summary>
    public string? SmallDisk => _options.HasSmallDisk ? Path.Combine(_options.Directory, "disk") : null;

    /// <summary>The file that sets the clock of the last silo; null when none can be set.</summary>
    public string? ClockFile => _options.HasClock ? Path.Combine(_options.Directory, "clock") : null;

    /// <summary>Where clients call.</summary>
    public BrokerEndpoint Endpoint => new("balancer", new Uri($"http://{_network.BridgeAddress}:{HttpPort}"));

    /// <summary>Silos and gateways.</summary>
    public IEnumerable<Node> Brokers => Silos.Concat(Gateways);

    /// <summary>Makes a cluster and starts it; completes when all of it is ready.</summary>
    public static async Task<BrokerCluster> StartAsync(ClusterOptions options)
    {
        var cluster = new BrokerCluster(options, await Network.CreateAsync());
        try
        {
            await cluster.StartAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The way in.</summary>
    public BrokerApi Api() => new(_agentToken, _operatorToken);

    /// <summary>Every way to the database.</summary>
    public IEnumerable<DatabaseProxy> Proxies => _proxies.Values;

    /// <summary>The port of a silo's or gateway's way to the database.</summary>
    public int PortOf(Node node) => _proxies[node.Name].Port;

    /// <summary>Disturbs every way to the database; null lets everything pass again.</summary>
    public void Disturb(ProxyFault? fault)
    {
        foreach (DatabaseProxy proxy in _proxies.Values)
        {
            proxy.Disturb(fault);
        }
    }

    /// <summary>Starts a tool that ends with the run at the latest.</summary>
    public Process StartTool(string[] command)
    {
        var start = new ProcessStartInfo(command[0]) { WorkingDirectory = "/" };
        Array.ForEach(command[1..], start.ArgumentList.Add);
        start.Environment[Reaper.Mark] = _options.Directory;
        return Process.Start(start)!;
    }

    /// <summary>Completes when all of these are ready.</summary>
    /// <exception cref="TimeoutException">One was not ready in time.</exception>
    public static async Task WaitUntilReadyAsync(params IEnumerable<Node> nodes)
    {
        using var timeout = new CancellationTokenSource(ReadyTimeout);
        foreach (Node node in nodes)
        {
            while (!await node.IsReadyAsync())
            {
                if (timeout.IsCancellationRequested)
                {
                    throw new TimeoutException($"{node.Name} was not ready within {ReadyTimeout}.");
                }

                await Task.Delay(100);
            }
        }
    }

    /// <summary>Makes a standby that follows the primary; completes when it does.</summary>
    /// <param name="isRequired">Whether every commit waits for it.</param>
    /// <exception cref="TimeoutException">It did not follow in time.</exception>
    public async Task<Database> AddStandbyAsync(bool isRequired)
    {
        Database standby = await NewDatabaseAsync();
        await standby.CopyAsync(Database);
        standby.Node.Start();
        await standby.WaitUntilItAnswersAsync();
        if (isRequired)
        {
            await Database.SetAsync("synchronous_standby_names", $"\"{standby.Host}\"");
        }

        using var timeout = new CancellationTokenSource(StreamTimeout);
        string wanted = isRequired ? "sync" : "async";
        while (await Database.AskAsync($"select sync_state from pg_stat_replication where application_name = '{standby.Host}' and state = 'streaming'") != wanted)
        {
            if (timeout.IsCancellationRequested)
            {
                throw new TimeoutException($"{standby.Host} did not follow {Database.Host} within {StreamTimeout}.");
            }

            await Task.Delay(50);
        }

        return standby;
    }

    /// <summary>Ends a standby, for which no commit waits any more, and removes its files.</summary>
    public async Task RemoveStandbyAsync(Database standby)
    {
        await Database.SetAsync("synchronous_standby_names", null);
        await standby.KillAllAsync();
        Directory.Delete(standby.DataDirectory, recursive: true);
    }

    /// <summary>Leads everybody who connects from now on to this server, and ends no session.</summary>
    public void Lead(Database server)
    {
        foreach (DatabaseProxy proxy in _proxies.Values)
        {
            proxy.Lead(server.Address);
        }
    }

    /// <summary>Leads everybody to this server, and ends all sessions.</summary>
    public void Point(Database server)
    {
        foreach (DatabaseProxy proxy in _proxies.Values)
        {
            proxy.Point(server.Address);
        }
    }

    /// <summary>Puts the brokers' password of the database to what they know, or to something else.</summary>
    public Task SetDatabasePasswordAsync(bool isRight) =>
        Database.AskAsync($"alter role {Database.BrokerRole} password '{(isRight ? "" : "not ")}{_databasePassword}'");

    /// <summary>Leads everybody to another primary. The files of the former one, which is dead, are removed: a long run would fill the disk with them.</summary>
    public void Follow(Database primary)
    {
        Directory.Delete(Database.DataDirectory, recursive: true);
        Database = primary;
        Point(primary);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (DatabaseProxy proxy in _proxies.Values)
        {
            proxy.Dispose();
        }

        foreach (Node node in Brokers.Append(Balancer).OfType<Node>().Concat(_databases.Select(database => database.Node)))
        {
            node.Dispose();
        }

        await _reaper.DisposeAsync();
    }

    private async Task StartAsync()
    {
        if (SmallDisk is { } disk)
        {
            Directory.CreateDirectory(disk);
            await Shell.RunAsync("mount", "-t", "tmpfs", "-o", "size=3072m,mode=0777", "commandbroker-chaos", disk);
        }

        Database = await NewDatabaseAsync();
        List<Node> silos = [];
        for (int number = 1; number <= _options.SiloCount; number++)
        {
            silos.Add(await NewBrokerAsync("silo", number));
        }

        List<Node> gateways = [];
        for (int number = 1; number <= _options.GatewayCount; number++)
        {
            gateways.Add(await NewBrokerAsync("gateway", number));
        }

        (Silos, Gateways) = (silos, gateways);
        Balancer = NewBalancer();
        await Database.CreateAsync();
        Database.Node.Start();
        await Database.WaitUntilItAnswersAsync();
        await Database.AdmitBrokersAsync(_databasePassword);

        // The first one makes the tables. The others come after it: on a busy machine five that start at once are not ready for minutes.
        Silos[0].Start();
        await WaitUntilReadyAsync(Silos[0]);
        foreach (Node node in Brokers.Append(Balancer))
        {
            node.Start();
        }

        await WaitUntilReadyAsync(Brokers);
    }

    private async Task<Database> NewDatabaseAsync()
    {
        string host = $"database-{_databases.Count + 1}";
        await _network.AddAsync(host);
        string directory = Path.Combine(SmallDisk ?? _options.Directory, host);
        Directory.CreateDirectory(directory);
        await Shell.RunAsync("chmod", "700", directory);
        await Shell.RunAsync("chown", "postgres:", directory);
        var database = new Database(_network, host, directory, LogOf(host), Marked());
        _databases.Add(database);
        return database;
    }

    private async Task<Node> NewBrokerAsync(string role, int number)
    {
        string name = $"{role}-{number}";
        await _network.AddAsync(name);
        string address = _network.AddressOf(name);
        var proxy = new DatabaseProxy(_network.BridgeAddress, Database.Address, (_options.Seed * 1_000) + number);
        _proxies.Add(name, proxy);
        Dictionary<string, string> environment = Marked();
        environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        environment["ASPNETCORE_URLS"] = $"http://{address}:{HttpPort}";
        environment["Storage__Provider"] = "postgres";
        environment["Storage__ConnectionString"] = $"Host={_network.BridgeAddress};Port={proxy.Port};Username={Database.BrokerRole};Password={_databasePassword};Database=postgres";
        environment["Logging__LogLevel__Default"] = "Warning";
        if (role == "silo")
        {
            environment["Silo__Address"] = address;
            environment["Silo__SiloPort"] = $"{SiloPort}";
            environment["Silo__GatewayPort"] = $"{GatewayPort}";

            // Queues follow their calls at once, so that they move during each fault that sends calls another way.
            environment["Silo__QueueStay"] = "00:00:01";
            environment["Identity__MasterKey"] = _masterKey;
            environment["Credentials__OperatorToken"] = _operatorToken;
            environment["Credentials__AgentToken"] = _agentToken;
        }

        if (role == "gateway")
        {
            // As everywhere in deploy/.
            environment["Silo__DrainDelay"] = "00:00:02";
        }

        if (role == "silo" && number == _options.SiloCount && ClockFile is { } clock)
        {
            await File.WriteAllTextAsync(clock, "+0\n");
            environment["LD_PRELOAD"] = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
            environment["FAKETIME_TIMESTAMP_FILE"] = clock;
            environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
            environment["FAKETIME_CACHE_DURATION"] = "1";
        }

        foreach ((string key, string value) in _options.Settings)
        {
            environment[key] = value;
        }

        return new Node(name, address, _network.At(name, "dotnet", _options.Broker, "--role", role), environment, LogOf(name));
    }

    private Node NewBalancer()
    {
        using var given = new StreamReader(typeof(BrokerCluster).Assembly.GetManifestResourceStream("haproxy.cfg")!);
        IEnumerable<string> servers = Gateways.Select(gateway => $"    server {gateway.Name} {gateway.Address}:{HttpPort}");
        string file = Path.Combine(_options.Directory, "haproxy.cfg");
        File.WriteAllText(file, ServerLine().Replace(given.ReadToEnd(), "") + string.Join('\n', servers) + "\n");
        Dictionary<string, string> environment = Marked();
        environment["BALANCER_BIND"] = $"{_network.BridgeAddress}:{HttpPort}";
        return new Node("balancer", _network.BridgeAddress, ["haproxy", "-db", "-f", file], environment, LogOf("balancer"));
    }

    private Dictionary<string, string> Marked() => new() { [Reaper.Mark] = _options.Directory };

    private string LogOf(string name) => Path.Combine(_options.Directory, $"{name}.log");

    [GeneratedRegex(@"^    server .*\n", RegexOptions.Multiline)]
    private static partial Regex ServerLine();
}
