using CommandBroker.Contracts;
using CommandBroker.Identity.Secrets;
using CommandBroker.Storage;
using CommandBroker.Storage.Postgres;
using CommandBroker.Storage.Sqlite;
using CommandBroker.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.TestingHost;

namespace CommandBroker.Grains.Tests;

/// <summary>
/// Clusters on one real database, all of one service: each has an activation of its own of every grain, so two of them are what Orleans
/// has for a moment when silos disagree about who is a member.
/// </summary>
internal sealed class StoredCluster : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-cluster-").FullName;
    private readonly string _masterKey = MasterKey.Create();
    private readonly StorageProvider _provider;
    private readonly StorageOptions _options;
    private readonly List<InProcessTestCluster> _clusters = [];
    private readonly List<IBrokerDatabase> _databases = [];

    private StoredCluster(StorageProvider provider, string? connectionString)
    {
        _provider = provider;
        _options = new StorageOptions { Provider = provider, DataDirectory = _directory, ConnectionString = connectionString };
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary>The parts of the silo that was started last.</summary>
    public IServiceProvider Services => _clusters[^1].Silos[0].ServiceProvider;

    /// <summary>A database that no activation knows of.</summary>
    public IBrokerDatabase Database => _databases[0];

    public static async Task<StoredCluster> CreateAsync(StorageProvider provider) => new(
        provider, provider == StorageProvider.Postgres ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : null);

    /// <summary>The file of a SQLite database.</summary>
    public string FilePath => Path.Combine(_directory, SqliteDatabase.FileName);

    /// <summary>Starts one more cluster.</summary>
    public async Task<IGrainFactory> StartAsync()
    {
        IBrokerDatabase database = await OpenAsync();
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ServiceId = "one-service";
        builder.ConfigureSilo((_, silo) =>
        {
            // Not owned by the container: a file is shared by the clusters.
            silo.Services.AddSingleton(_ => database);
            silo.Services.AddSingleton<ICommandStore>(_ => database.Commands);
            silo.AddBrokerGrains(_provider);
            silo.Services.Configure<IdentityOptions>(options => options.MasterKey = _masterKey);
            silo.Services.AddSingleton<TimeProvider>(Clock);
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        });
        InProcessTestCluster cluster = builder.Build();
        _clusters.Add(cluster);
        await cluster.DeployAsync();
        return cluster.Client;
    }

    /// <summary>Ends all clusters, and what they have in memory.</summary>
    public async Task StopAllAsync()
    {
        foreach (InProcessTestCluster cluster in _clusters)
        {
            await cluster.DisposeAsync();
        }

        _clusters.Clear();
        foreach (IBrokerDatabase database in _databases)
        {
            await database.DisposeAsync();
        }

        _databases.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAllAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task<IBrokerDatabase> OpenAsync()
    {
        if (_provider == StorageProvider.Sqlite && _databases is [IBrokerDatabase file])
        {
            return file;
        }

        IBrokerDatabase database = _provider == StorageProvider.Sqlite ? new SqliteDatabase(_options) : new PostgresDatabase(_options);
        _databases.Add(database);
        await database.OpenAsync(CancellationToken.None);
        return database;
    }
}
