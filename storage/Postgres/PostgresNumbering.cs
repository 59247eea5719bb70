using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>Notices that a database is the restored copy of another, and raises the numbers then. Why: <see cref="NumberFloor"/>.</summary>
/// <remarks>
/// A dump carries the table <c>numbering</c> along, and with it which server, database and table it was in. Restored it is in another table, so a
/// broker that starts on it sees the difference. What is copied file by file (a base backup, a snapshot of the disk) looks the same as
/// before: there the operator says it, with <c>cbroker admin restored</c>.
/// </remarks>
internal static class PostgresNumbering
{
    private const string Home = """
        (select system_identifier from pg_control_system()) || '/' || (select oid from pg_database where datname = current_database()) || '/' || 'numbering'::regclass::oid
        """;

    private const string Last = "greatest(s.seq_floor, (select c.seq from command c where c.source_no = s.source_no order by c.seq desc limit 1))";

    private const string Raise = $"""
        with raised as (
            update source_server s set skipped_count = s.skipped_count + $1 - {Last}, seq_floor = $1 where {Last} < $1 returning 1
        ), noted as (
            update numbering set floor = $1, raised_at = $2, home = {Home}
        )
        select count(*) from raised
        """;

    /// <summary>Raises the numbers when the database is another than the one that a broker last saw.</summary>
    public static async Task CheckHomeAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var query = new NpgsqlCommand($"select home = '', home = {Home} from numbering", connection);
        await using NpgsqlDataReader row = await query.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        (bool isNew, bool isHome) = (row.GetBoolean(0), row.GetBoolean(1));
        await row.CloseAsync();
        if (isNew)
        {
            await using var note = new NpgsqlCommand($"update numbering set home = {Home}", connection);
            await note.ExecuteNonQueryAsync(cancellationToken);
        }
        else if (!isHome)
        {
            await RaiseAsync(connection, now, cancellationToken);
        }
    }

    /// <summary>Makes the numbers of all source servers, and of those to come, go on from the instant's floor.</summary>
    /// <returns>How many source servers there are.</returns>
    /// <exception cref="InvalidOperationException">The clock is behind that of an earlier restore.</exception>
    public static async Task<long> RaiseAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        long floor = NumberFloor.At(now);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var highest = new NpgsqlCommand(
            $"select greatest((select floor from numbering), (select max({Last}) from source_server s))", connection, transaction) { CommandTimeout = 0 };
        if (await highest.ExecuteScalarAsync(cancellationToken) is long found && found >= floor)
        {
            throw NumberFloor.Refused(floor, found);
        }

        await using var raise = new NpgsqlCommand(Raise, connection, transaction)
        {
            Parameters = { new() { Value = floor }, new() { Value = now.UtcTicks } },
            CommandTimeout = 0,
        };
        long raised = (long)(await raise.ExecuteScalarAsync(cancellationToken))!;
        await transaction.CommitAsync(cancellationToken);
        return raised;
    }
}
