using Npgsql;

namespace CommandBroker.Storage;

/// <summary>Asks a PostgreSQL server whether it can be reached, over a connection of its own: those of a pool may hang for long where packets vanish.</summary>
/// <param name="connectionString">The Npgsql connection string.</param>
/// <param name="timeout">The longest one question may take, connecting included.</param>
/// <param name="clock">The clock.</param>
public sealed class DatabaseProbe(string connectionString, TimeSpan timeout, TimeProvider clock) : IDatabaseProbe, IAsyncDisposable
{
    // A server that was replaced answers as well, for as long as it is asked over a session that leads there.
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(10);

    // What is cancelled must not wait for an answer to the cancelling.
    private readonly string _connectionString = new NpgsqlConnectionStringBuilder(connectionString)
    {
        Pooling = false,
        ApplicationName = "commandbroker-probe",
        CancellationTimeout = -1,
    }.ConnectionString;

    private NpgsqlConnection? _connection;
    private long _madeAt;

    /// <inheritdoc/>
    public async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (_connection is null || clock.GetElapsedTime(_madeAt) > MaxAge)
        {
            _ = _connection is { } old ? DropAsync(old, Task.CompletedTask) : Task.CompletedTask;
            (_connection, _madeAt) = (new NpgsqlConnection(_connectionString), clock.GetTimestamp());
        }

        NpgsqlConnection connection = _connection;
        _connection = null;
        Task asking = AskAsync(connection, limit.Token);
        try
        {
            await asking.WaitAsync(timeout, clock, cancellationToken);
            _connection = connection;
            return true;
        }
#pragma warning disable CA1031 // whatever it is (a name that is unknown, a certificate that is refused, a connection that breaks in Npgsql's hands), it is no answer
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return fault is PostgresException;
        }
        finally
        {
            if (_connection is null)
            {
                await limit.CancelAsync();
                _ = DropAsync(connection, asking);
            }
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
