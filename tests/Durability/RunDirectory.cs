using System.Data.Common;
using System.Text.Json;
using CommandBroker.History;
using CommandBroker.Testing;
using CommandBroker.Traffic;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace CommandBroker.Durability;

/// <summary>Where a run keeps its store, its logs and its history, and how its brokers are set up.</summary>
internal sealed class RunDirectory : IAsyncDisposable
{
    private readonly RunOptions _options;
    private readonly PostgresServer? _postgres;

    private RunDirectory(RunOptions options, PostgresServer? postgres, string? connectionString)
    {
        (_options, _postgres, ConnectionString) = (options, postgres, connectionString);
        Path = Directory.CreateTempSubdirectory("commandbroker-durability-").FullName;
        History = System.IO.Path.Combine(Path, "history.jsonl");
        Data = System.IO.Path.Combine(Path, "data");
    }

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>The recorded calls.</summary>
    public string History { get; }

    /// <summary>The broker's data directory.</summary>
    public string Data { get; }

    /// <summary>The database; null for SQLite.</summary>
    public string? ConnectionString { get; }

    /// <summary>Makes the directory and, for PostgreSQL, a private server.</summary>
    public static async Task<RunDirectory> CreateAsync(RunOptions options)
    {
        if (options.Provider != "postgres")
        {
            return new RunDirectory(options, null, null);
        }

        PostgresServer server = await PostgresServer.StartOwnAsync();
        return new RunDirectory(options, server, await server.CreateDatabaseAsync());
    }

    /// <summary>One broker over this store, not yet started.</summary>
    /// <param name="name">Its name, and that of its cluster.</param>
    public BrokerProcess Broker(string name)
    {
        var settings = new Dictionary<string, string>
        {
            ["Storage__Provider"] = _options.Provider,
            ["Storage__DataDirectory"] = Data,
            ["Queue__VisibilityTimeout"] = $"{_options.Traffic.VisibilityTimeout}",
            ["Queue__MaxDeliveries"] = $"{_options.MaxDeliveries}",
            ["Silo__ClusterId"] = name,
            ["Silo__ServiceId"] = "durability",
            ["Logging__LogLevel__Default"] = "Warning",
        };
        if (ConnectionString is not null)
        {
            settings["Storage__ConnectionString"] = ConnectionString;
        }

        return new BrokerProcess(name, _options.Broker ?? BuiltBroker(), Path, settings);
    }

    /// <summary>The way in that the first start wrote down.</summary>
    public BrokerApi Api()
    {
        using var credentials = JsonDocument.Parse(File.ReadAllBytes(System.IO.Path.Combine(Data, "dev-credentials.json")));
        return new BrokerApi(credentials.RootElement.GetProperty("agent_token").GetString()!, credentials.RootElement.GetProperty("token").GetString()!);
    }

    /// <summary>Reads the store of brokers that have stopped.</summary>
    public async Task<FinalRead> ReadStoreAsync()
    {
        await using DbConnection connection = ConnectionString is not null
            ? new NpgsqlConnection(ConnectionString)
            : new SqliteConnection($"Data Source={Directory.EnumerateFiles(Data, "*.db").Single()};Mode=ReadOnly;Pooling=False");
        return await StoreReader.ReadAsync(connection);
    }

    /// <summary>The limits that the checker holds the run to.</summary>
    public RunLimits Limits() => new()
    {
        VisibilityTimeout = _options.Traffic.VisibilityTimeout,
        MaxDeliveries = _options.MaxDeliveries,
        MinAcknowledgedCount = _options.MinAcknowledged,
        MinKillCount = _options.DoubleActivation ? 0 : _options.Rounds,
        MinSharedServerCount = _options.DoubleActivation ? _options.Traffic.ServerCount / 2 : 0,
    };

    /// <summary>Stops the private server. The directory stays for whoever must find a fault; see <see cref="Remove"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }
    }

    /// <summary>Removes the directory of a run that passed.</summary>
    public void Remove() => Directory.Delete(Path, recursive: true);

    private static string BuiltBroker()
    {
        // tests/Durability/bin/<configuration>/<framework>/ beside silo/bin/<configuration>/<framework>/
        var mine = new DirectoryInfo(AppContext.BaseDirectory);
        string root = mine.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        string program = System.IO.Path.Combine(root, "silo", "bin", mine.Parent.Name, mine.Name, "CommandBroker.Silo.dll");
        return File.Exists(program) ? program : throw new InvalidOperationException($"{program} is not there: build silo, or name another broker with --broker.");
    }
}
