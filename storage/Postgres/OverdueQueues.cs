using CommandBroker.Core;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>
/// Finds what time has changed and nobody has settled, by the primary keys alone: an index over leases would take from each delivery that
/// it writes no index.
/// </summary>
internal static class OverdueQueues
{
    /// <summary>How many open commands of a source server are looked at, from the oldest on: what is overdue is mostly there.</summary>
    private const int MaxRowCount = 1_000;

    /// <summary>Whether an open row <c>c</c> still waits at the instant <c>$2</c>.</summary>
    public static readonly string IsNotExpired = $"(c.expires_at is null or c.expires_at > $2 or (c.redrive_count & {~Command.TakenBackMark}) > 0)";

    private static readonly string Find = $"""
        select s.source_no, s.server_id, s.quarantine_reason is null and (exists (
            select from (
                select state, redrive_count, leased_until, expires_at from command
                where source_no = s.source_no and seq >= newest.open_from and ended_at is null order by seq limit {MaxRowCount}) c
            where c.leased_until <= $2 or (c.state = 0 and not {IsNotExpired}))
        or exists (
            select from command c where c.source_no = s.source_no and c.redrive_count > 0 and c.ended_at is null and c.leased_until <= $2))
        from (select * from source_server where source_no > $1 and deleted_at is null order by source_no limit $3) s
        {OpenCommands.JoinNewest}
        order by s.source_no
        """;

    private const string ByKey = """
        select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true)
        """;

    private const string Next = """
        select source_no, server_id, quarantine_reason is null from source_server where source_no > $1 and deleted_at is null order by source_no limit 1
        """;

    /// <summary>The next source server, whatever its commands are; without its key when it is listed as quarantined.</summary>
    public static Task<OverduePage> NextAsync(NpgsqlConnection connection, long after, DamageLog damage) =>
        ReadAsync(connection, Next, limit: 1, damage, new NpgsqlParameter { Value = after });

    /// <inheritdoc cref="ICommandStore.FindOverdueAsync"/>
    public static Task<OverduePage> FindAsync(NpgsqlConnection connection, long after, DateTimeOffset now, int limit, DamageLog damage) => ReadAsync(
        connection, Find, limit, damage, new() { Value = after }, new() { Value = now.UtcTicks }, new() { Value = (long)limit });

    /// <summary>
    /// Has rows found by their keys until the transaction ends, whatever the statistics say: a reading of the whole of a small table would meet the damage
    /// of others.
    /// </summary>
    public static async Task ByKeyAsync(NpgsqlConnection connection)
    {
        await using var set = new NpgsqlCommand(ByKey, connection);
        await set.ExecuteNonQueryAsync();
    }

    /// <summary>Reads one step of a walk over source servers, inside a transaction.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="sql">Answers a number, an id, and whether that one is wanted, of each that was looked at, in the order of the numbers.</param>
    /// <param name="limit">How many it looks at; fewer are the end.</param>
    /// <param name="damage">Told of ids that are none.</param>
    /// <param name="parameters">The query's.</param>
    public static async Task<OverduePage> ReadAsync(
        NpgsqlConnection connection, string sql, int limit, DamageLog damage, params NpgsqlParameter[] parameters)
    {
        await ByKeyAsync(connection);
        await using var query = new NpgsqlCommand(sql, connection);
        Array.ForEach(parameters, parameter => query.Parameters.Add(parameter.Clone()));
        var keys = new List<SourceServerKey>();
        int count = 0;
        long last = 0;
        await using NpgsqlDataReader row = await query.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            count++;
            last = row.GetInt64(0);
            if (row.GetBoolean(2))
            {
                if (row.TryGetKey(1, out SourceServerKey key))
                {
                    keys.Add(key);
                }
                else
                {
                    damage.PassedOverId(last);
                }
            }
        }

        return new OverduePage(keys, count < limit ? null : last);
    }
}
