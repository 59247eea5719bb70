using Npgsql;

namespace CommandBroker.Storage;

/// <summary>Asks a PostgreSQL server whether it can be reached, over a connection of its own: those of a pool may hang for long where packets vanish.</summary>
/// <param name="connectionString">The Npgsql connection string.</param>
/// <param name="timeout">The longest one question may take, connecting included.</param>
/// <param name="clock">The clock.</param>
public sealed class DatabaseProbe(string connectionString, TimeSpan timeout, TimeProvider clock) : IAsyncDisposable
{
    // What is cancelled must not wait for an answer to the cancelling.
    private readonly string _connectionString = new NpgsqlConnectionStringBuilder(connectionString)
    {
        Pooling = false,
        ApplicationName = "commandbroker-probe",
        CancellationTimeout = -1,
    }.ConnectionString;

    private NpgsqlConnection? _connection;

    /// <summary>Asks; one question at a time.</summary>
    /// <returns>Whether an answer came in time; a refusal is one.</returns>
    public async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        NpgsqlConnection connection = _connection ?? new NpgsqlConnection(_connectionString);
        _connection = null;
        Task asking = AskAsync(connection, limit.Token);
        try
        {
            await asking.WaitAsync(timeout, clock, cancellationToken);
            _connection = connection;
            return true;
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException)
        {
            await limit.CancelAsync();
            _ = DropAsync(connection, asking);
            return fault is PostgresException;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task AskAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (connection.State != System.Data.ConnectionState.Open)
        {
            await connection.OpenAsync(cancellationToken);
        }

        await using var question = new NpgsqlCommand("select 1", connection);
        await question.ExecuteScalarAsync(cancellationToken);
    }

    // Not waited for: closing may take as long as the connection hangs.
    private static async Task DropAsync(NpgsqlConnection connection, Task asking)
    {
        await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await connection.DisposeAsync();
    }
}
