using CommandBroker.Storage.Identity;
using CommandBroker.Storage.Identity.Sql;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>The broker's tables in a PostgreSQL database; any number of brokers may share it.</summary>
internal sealed class PostgresDatabase : IBrokerDatabase
{
    // An update of one row finds room in its page even where nothing else does; a new table does not.
    private const string TakeRoom = """
        create temporary table ping_room on commit drop as
        select string_agg(md5(random()::text), '') as noise from generate_series(1, 32) line, generate_series(1, 256) place group by line;
        """;

    private const string Write = "update ping set pinged_at = now();";

    private readonly TimeProvider _clock;
    private readonly ServerHistory _history;
    private readonly StoreInstruments _instruments = new();
    private readonly PostgresConnections _connections;
    private readonly PostgresConnections _loads;
    private readonly string _stateConnection;
    private readonly PostgresConnections _longLoads;
    private readonly PostgresConnections _upkeep;
    private readonly PostgresCommandStore _commands;
    private readonly PostgresSourceServerStore _sourceServers;

    public PostgresDatabase(StorageOptions options, TimeProvider? clock = null, DatabasePulse? pulse = null, DamageLog? damage = null)
    {
        damage ??= new DamageLog();
        _clock = clock ?? TimeProvider.System;
        _history = new ServerHistory { Replaced = Clear };
        _connections = Connect(options, pulse, PostgresUse.General);
        _stateConnection = StateConnectionOf(_connections.ConnectionString, options.CommitTimeout);
        _loads = Connect(options, pulse, PostgresUse.Loads);
        _longLoads = Connect(options, pulse, PostgresUse.LongLoads);
        _upkeep = Connect(options, pulse, PostgresUse.Upkeep);
        Identities = new SqlIdentityStore(new PostgresIdentityDatabase(_connections));
        _commands = new PostgresCommandStore(_connections, _loads, _longLoads, _upkeep, _history, options, _instruments, damage);
        _sourceServers = new PostgresSourceServerStore(_connections, options, _instruments, damage);
    }

    /// <inheritdoc/>
    public ICommandStore Commands => _commands;

    /// <inheritdoc/>
    public ISourceServerStore SourceServers => _sourceServers;

    /// <inheritdoc/>
    public IIdentityStore Identities { get; }

    /// <inheritdoc/>
    public (string Invariant, string ConnectionString)? OrleansConnection => ("Npgsql", _stateConnection);

    /// <inheritdoc/>
    public Exception Explain(Exception fault)
    {
        switch (PostgresFaults.KindOf(fault))
        {
            case PostgresFaultKind.Lost or PostgresFaultKind.Moved:
                Clear();
                return PostgresFaults.Unavailable(fault);
            case PostgresFaultKind.Refused or PostgresFaultKind.Undone:
                return PostgresFaults.Unavailable(fault);
            default:
                return fault is PostgresException server ? PostgresFaults.Final(server) : fault;
        }
    }

    /// <inheritdoc/>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PoolerCheck.RequireSessionsAsync(_connections, cancellationToken);
            await using NpgsqlConnection connection = await _connections.OpenOwnAsync(cancellationToken);
            await PostgresMigrations.ApplyAsync(connection, _clock.GetUtcNow(), cancellationToken);
        }
        catch (Exception fault) when (PostgresFaults.IsLost(fault) || PostgresFaults.IsRefused(fault))
        {
            throw PostgresFaults.Unavailable(fault);
        }
    }

    /// <inheritdoc/>
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        bool wasRefused = _commands.WasRefused;
        await _connections.RunAsync(async connection =>
        {
            await using var write = new NpgsqlCommand(wasRefused ? TakeRoom + Write : Write, connection);
            return await write.ExecuteNonQueryAsync(cancellationToken);
        });
        if (wasRefused)
        {
            _commands.WasRefused = false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _commands.DisposeAsync();
        await _sourceServers.DisposeAsync();
        await _connections.DisposeAsync();
        await _loads.DisposeAsync();
        await _longLoads.DisposeAsync();
        await _upkeep.DisposeAsync();
        _instruments.Dispose();
    }

    /// <summary>For Orleans' storage, whose calls are made twice when a connection is lost: both have their time within the commit timeout.</summary>
    private static string StateConnectionOf(string connectionString, TimeSpan commitTimeout)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "commandbroker-state" };
        settings.CommandTimeout = Math.Clamp((int)(commitTimeout.TotalSeconds / 2), 1, settings.CommandTimeout > 0 ? settings.CommandTimeout : int.MaxValue);
        return settings.ConnectionString;
    }

    private PostgresConnections Connect(StorageOptions options, DatabasePulse? pulse, PostgresUse use) =>
        new(options.ConnectionString!, pulse, options.CommitTimeout, use, _history) { Lost = Clear };

    /// <summary>Empties all pools. One call may need several of them in turn, and would else wait for a dead connection of each.</summary>
    private void Clear()
    {
        _connections.Clear();
        _loads.Clear();
        _longLoads.Clear();
        _upkeep.Clear();

        // Orleans has a pool of its own by this string.
        using var pool = new NpgsqlConnection(_stateConnection);
        NpgsqlConnection.ClearPool(pool);
    }
}
