using System.Data.Common;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>The pool behind every statement but the commits, and the rule for a lost connection.</summary>
internal sealed class PostgresConnections : IAsyncDisposable
{
    private readonly NpgsqlDataSource _pool;
    private readonly string _connectionString;
    private readonly DatabasePulse? _pulse;

    public PostgresConnections(string connectionString, DatabasePulse? pulse = null)
    {
        _pulse = pulse;
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (!Says(connectionString, "Max Auto Prepare", "MaxAutoPrepare"))
        {
            settings.MaxAutoPrepare = 50;
        }

        if (string.IsNullOrEmpty(settings.ApplicationName))
        {
            settings.ApplicationName = "commandbroker";
        }

        ConnectionString = settings.ConnectionString;
        _pool = NpgsqlDataSource.Create(ConnectionString);
        settings.Pooling = false;
        _connectionString = settings.ConnectionString;
    }

    /// <summary>What the pool was made with: the given string and our defaults.</summary>
    public string ConnectionString { get; }

    /// <summary>Opens a connection outside the pool, for whoever holds one for long.</summary>
    public async Task<NpgsqlConnection> OpenOwnAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Does something over a pooled connection; once more when the connection was lost, because after a restart of the server the pool is
    /// full of dead ones, or when the server undid it to end a deadlock, as between a purge and the noting of visits. So
    /// <paramref name="work"/> must be harmless to repeat.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The server does not answer, or refuses for now.</exception>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> work)
    {
        try
        {
            return await OnceAsync(work);
        }
        catch (Exception fault) when (PostgresFaults.IsLost(fault))
        {
            _pool.Clear();
        }
        catch (Exception fault) when (PostgresFaults.IsUndone(fault))
        {
            // The other transaction has what it waited for; the second attempt comes after it.
        }
        catch (Exception fault) when (PostgresFaults.IsRefused(fault))
        {
            throw PostgresFaults.Unavailable(fault);
        }

        try
        {
            return await OnceAsync(work);
        }
        catch (Exception fault) when (PostgresFaults.IsLost(fault) || PostgresFaults.IsRefused(fault) || PostgresFaults.IsUndone(fault))
        {
            throw PostgresFaults.Unavailable(fault);
        }
    }

    /// <summary>Notes that the server answered, if only to refuse.</summary>
    public void Heard() => _pulse?.Heard();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _pool.DisposeAsync();

    // Npgsql's own builder contains every keyword it knows, given or not; a pooler in between may need 0 here.
    private static bool Says(string connectionString, params string[] names)
    {
        var given = new DbConnectionStringBuilder { ConnectionString = connectionString };
        return names.Any(given.ContainsKey);
    }

    private async Task<T> OnceAsync<T>(Func<NpgsqlConnection, Task<T>> work)
    {
        try
        {
            await using NpgsqlConnection connection = await _pool.OpenConnectionAsync();
            T done = await work(connection);
            Heard();
            return done;
        }
        catch (PostgresException)
        {
            Heard();
            throw;
        }
    }
}
