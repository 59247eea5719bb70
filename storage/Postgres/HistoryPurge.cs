using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>Removes old history, one broker at a time.</summary>
internal static class HistoryPurge
{
    private const long LockKey = 0x436d6442726b5075;

    private const string RemoveCommands = """
        with due as (
            select source_no, seq from command where added_at < $1 and ended_at < $1 limit $2 for update skip locked
        ), gone as (
            delete from command c using due where c.source_no = due.source_no and c.seq = due.seq returning c.source_no, c.seq
        ), counted as (
            update source_server s
            set removed_count = s.removed_count + g.count, seq_floor = greatest(s.seq_floor, g.last_seq)
            from (select source_no, count(*) as count, max(seq) as last_seq from gone group by source_no) g
            where s.source_no = g.source_no
        )
        select count(*)::integer from gone
        """;

    private const string RemoveReports = """
        delete from stray_report where stray_no = any(array(select stray_no from stray_report where reported_at < $1 limit $2))
        """;

    /// <inheritdoc cref="ICommandStore.PurgeAsync"/>
    /// <remarks>Answers 0 while another broker purges: it does the same work.</remarks>
    public static async Task<int> RunAsync(NpgsqlConnection connection, DateTimeOffset endedBefore, int limit)
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
        await using var tryLock = new NpgsqlCommand($"select pg_try_advisory_xact_lock({LockKey})", connection, transaction);
        if (!(bool)(await tryLock.ExecuteScalarAsync())!)
        {
            return 0;
        }

        await using var removeReports = With(RemoveReports);
        await removeReports.ExecuteNonQueryAsync();
        await using var removeCommands = With(RemoveCommands);
        int removed = (int)(await removeCommands.ExecuteScalarAsync())!;
        await transaction.CommitAsync();
        return removed;

        NpgsqlCommand With(string sql) => new(sql, connection, transaction)
        {
            Parameters = { new() { Value = endedBefore.UtcTicks }, new() { Value = (long)limit } },
        };
    }
}
