using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>
/// Refuses a pooler that lends a server's session for a transaction only, as PgBouncer with <c>pool_mode = transaction</c>: prepared statements,
/// settings and locks of a session would come and go. It is found out by what happens: two connections take turns in holding a transaction, and
/// neither may meet the other's server process, or another one than before.
/// </summary>
internal static class PoolerCheck
{
    // A statement that is run more often is prepared by itself.
    private const int RoundCount = 2;

    /// <exception cref="InvalidOperationException">The connection string leads to such a pooler.</exception>
    public static async Task RequireSessionsAsync(PostgresConnections connections, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection first = await connections.OpenOwnAsync(cancellationToken);
        await using NpgsqlConnection second = await connections.OpenOwnAsync(cancellationToken);
        var ofFirst = new HashSet<int>();
        var ofSecond = new HashSet<int>();
        try
        {
            for (int round = 0; round < RoundCount; round++)
            {
                await LookAsync(holding: second, ofSecond, other: first, ofFirst, cancellationToken);
                await LookAsync(holding: first, ofFirst, other: second, ofSecond, cancellationToken);
            }
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.ProtocolViolation or PostgresErrorCodes.InvalidSqlStatementName)
        {
            throw Refuse();
        }

        if (ofFirst.Count > 1 || ofSecond.Count > 1 || ofFirst.Overlaps(ofSecond))
        {
            throw Refuse();
        }
    }

    private static async Task LookAsync(
        NpgsqlConnection holding, HashSet<int> itsProcesses, NpgsqlConnection other, HashSet<int> othersProcesses, CancellationToken cancellationToken)
    {
        await using NpgsqlTransaction held = await holding.BeginTransactionAsync(cancellationToken);
        itsProcesses.Add(await ProcessOfAsync(holding, cancellationToken));
        othersProcesses.Add(await ProcessOfAsync(other, cancellationToken));
    }

    private static async Task<int> ProcessOfAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var query = new NpgsqlCommand("select pg_backend_pid()", connection);
        return (int)(await query.ExecuteScalarAsync(cancellationToken))!;
    }

    private static InvalidOperationException Refuse() => new(
        "Storage:ConnectionString leads to a pooler that lends a session for one transaction or statement only (PgBouncer's pool_mode transaction or statement); "
        + "the broker needs sessions of its own: set pool_mode = session, or connect to PostgreSQL itself.");
}
