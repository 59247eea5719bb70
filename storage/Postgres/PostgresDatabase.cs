using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>The broker's tables in a PostgreSQL database; any number of brokers may share it.</summary>
internal sealed class PostgresDatabase : IBrokerDatabase
{
    private readonly StoreInstruments _instruments = new();
    private readonly PostgresConnections _connections;
    private readonly PostgresCommandStore _commands;
    private readonly PostgresSourceServerStore _sourceServers;

    public PostgresDatabase(StorageOptions options)
    {
        _connections = new PostgresConnections(options.ConnectionString!);
        _commands = new PostgresCommandStore(_connections, options, _instruments);
        _sourceServers = new PostgresSourceServerStore(_connections, options, _instruments);
    }

    /// <inheritdoc/>
    public ICommandStore Commands => _commands;

    /// <inheritdoc/>
    public ISourceServerStore SourceServers => _sourceServers;

    /// <inheritdoc/>
    public (string Invariant, string ConnectionString)? OrleansConnection => ("Npgsql", _connections.ConnectionString);

    /// <inheritdoc/>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using NpgsqlConnection connection = await _connections.OpenOwnAsync(cancellationToken);
            await PostgresMigrations.ApplyAsync(connection, cancellationToken);
        }
        catch (Exception fault) when (PostgresFaults.IsLost(fault) || PostgresFaults.IsRefused(fault))
        {
            throw PostgresFaults.Unavailable(fault);
        }
    }

    /// <inheritdoc/>
    public Task PingAsync(CancellationToken cancellationToken) => _connections.RunAsync(async connection =>
    {
        await using var write = new NpgsqlCommand("update ping set pinged_at = now()", connection);
        return await write.ExecuteNonQueryAsync(cancellationToken);
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _commands.DisposeAsync();
        await _sourceServers.DisposeAsync();
        await _connections.DisposeAsync();
        _instruments.Dispose();
    }
}
