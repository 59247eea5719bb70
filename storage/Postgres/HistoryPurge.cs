using System.Data;
using Npgsql;
using NpgsqlTypes;

namespace CommandBroker.Storage.Postgres;

/// <summary>
/// Removes old history, one broker at a time, over a connection of its own. It walks the table's pages round and round from where the last
/// call stopped, and needs no index (docs/decisions/0005).
/// </summary>
/// <remarks>
/// A run is one call, or several of which all but the last removed as many as they might. It reads one page for each command that it
/// removes, and beyond that its share of the table. So where much is due it goes on, and where nothing is due it costs little.
/// </remarks>
internal sealed class HistoryPurge(PostgresConnections connections, DamageLog damage) : IAsyncDisposable
{
    private const int StepPages = 64;

    // Where more pages than that cannot be read, the table is not what is damaged. The next run goes on behind them.
    private const int MaxPassedPages = 256;

    private const int MaxAttempts = 3;
    private const int TimeoutSeconds = 300;

    // A silo of the release before takes the same lock, for each of its transactions.
    private const long LockKey = 0x436d6442726b5075;

    // What a crash undoes is removed again. Whatever the statistics say, rows are found by page, by place and by key.
    private const string Setup = """
        set synchronous_commit = off; set statement_timeout = 0; set jit = off;
        set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off
        """;

    private const string Place = "select next_page, pg_relation_size('command') / current_setting('block_size')::integer from retention";

    private const string Remove = """
        with due as (
            select ctid as place from command where ctid >= $1 and ctid < $2 and ended_at < $3 limit $4 for update skip locked
        ), gone as (
            delete from command c using due where c.ctid = due.place returning due.place, c.source_no, c.seq
        ), counted as (
            update source_server s
            set removed_count = s.removed_count + g.count, seq_floor = greatest(s.seq_floor, g.last_seq)
            from (select source_no, count(*) as count, max(seq) as last_seq from gone group by source_no order by source_no) g
            where s.source_no = g.source_no
        )
        select count(*)::integer, max(place) from gone
        """;

    private const string Keep = "update retention set next_page = $1";

    private const string RemoveReports = """
        delete from stray_report where stray_no = any(array(select stray_no from stray_report where reported_at < $1 limit $2))
        """;

    private readonly SemaphoreSlim _turn = new(1);
    private NpgsqlConnection? _connection;
    private long _sparePages;

    /// <inheritdoc cref="ICommandStore.PurgeAsync"/>
    /// <remarks>Answers 0 while another broker purges: it does the same work.</remarks>
    public async Task<int> RunAsync(DateTimeOffset endedBefore, int limit, double share)
    {
        await _turn.WaitAsync();
        try
        {
            bool isNewRun = _connection is null;
            if (isNewRun && !await OpenAsync())
            {
                return 0;
            }

            int removed = await WalkAsync(endedBefore.UtcTicks, limit, isNewRun ? share : null);
            if (removed < limit)
            {
                await PassOverAsync(
                    "One of the source servers that were deleted",
                    () => DeletedSourceServers.RemoveAsync(_connection!, endedBefore, limit, TimeoutSeconds));
                await CloseAsync();
            }

            return removed;
        }
        catch (Exception fault)
        {
            await CloseAsync();
            throw fault switch
            {
                PostgresException server when PostgresFaults.KindOf(server) is PostgresFaultKind.Loud or PostgresFaultKind.Damage =>
                    PostgresFaults.Final(server),
                _ => PostgresFaults.Unavailable(fault),
            };
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        await CloseAsync();
        _turn.Release();
    }

    private async Task<bool> OpenAsync()
    {
        _connection = await connections.OpenOwnAsync(CancellationToken.None);
        await using NpgsqlCommand tryLock = With($"select pg_try_advisory_lock({LockKey})");
        if (!(bool)(await tryLock.ExecuteScalarAsync())!)
        {
            await CloseAsync();
            return false;
        }

        await using NpgsqlCommand setup = With(Setup);
        await setup.ExecuteNonQueryAsync();
        return true;
    }

    // The lock goes with the session.
    private async Task CloseAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }

    private async Task<int> WalkAsync(long cutoff, int limit, double? share)
    {
        await PassOverAsync("One of the reports that ended no command", () => RemoveReportsAsync(cutoff, limit));
        (long page, long pageCount) = await PlaceAsync();
        if (share is { } part)
        {
            _sparePages = Math.Max(StepPages, (long)(pageCount * part));
        }

        int removed = 0;
        int passed = 0;
        long pages = StepPages;
        try
        {
            for (long read = 0; read < pageCount && removed < limit && _sparePages > 0;)
            {
                page = page < pageCount ? page : 0;
                long end = Math.Min(page + pages, pageCount);
                int count = 0;
                long last = end;
                try
                {
                    (count, last) = await StepAsync(page, end, cutoff, limit - removed);
                }
                catch (PostgresException fault) when (PostgresFaults.IsOfPage(fault) && (end - page > 1 || passed++ < MaxPassedPages))
                {
                    if (end - page > 1)
                    {
                        pages = (end - page) / 2;
                        await ReviveAsync(page);
                        continue;
                    }

                    damage.PassedOver($"Page {page} of the table command", PostgresFaults.Unreadable(fault).Message);
                    await ReviveAsync(page + 1);
                }

                pages = Math.Min(2 * pages, StepPages);
                removed += count;
                read += end - page;
                _sparePages += count - (end - page);
                page = removed == limit ? last : end;
            }
        }
        finally
        {
            // Whatever ended the walk: the next one goes on there.
            if (_connection?.FullState == ConnectionState.Open)
            {
                await KeepAsync(page);
            }
        }

        return removed;
    }

    private async Task KeepAsync(long page)
    {
        await using NpgsqlCommand keep = With(Keep, new NpgsqlParameter { Value = page });
        await keep.ExecuteNonQueryAsync();
    }

    /// <summary>After damage, at which Npgsql ends the connection: goes on over another one, once the lock of the former session is free.</summary>
    private async Task ReviveAsync(long? page)
    {
        await CloseAsync();
        _connection = await connections.OpenOwnAsync(CancellationToken.None);
        await using NpgsqlCommand take = With($"set lock_timeout = '10s'; select pg_advisory_lock({LockKey}); reset lock_timeout; {Setup}");
        await take.ExecuteNonQueryAsync();
        if (page is { } place)
        {
            await KeepAsync(place);
        }
    }

    private async Task RemoveReportsAsync(long cutoff, int limit)
    {
        await using NpgsqlCommand reports = With(RemoveReports, new() { Value = cutoff }, new() { Value = (long)limit });
        await reports.ExecuteNonQueryAsync();
    }

    /// <summary>Does what may stay undone: a damaged page there must not keep the history.</summary>
    private async Task PassOverAsync(string what, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (PostgresException fault) when (PostgresFaults.IsOfPage(fault))
        {
            damage.PassedOver(what, PostgresFaults.Unreadable(fault).Message);
            await ReviveAsync(page: null);
        }
    }

    private async Task<(long Page, long Count)> PlaceAsync()
    {
        await using NpgsqlCommand query = With(Place);
        await using NpgsqlDataReader row = await query.ExecuteReaderAsync();
        await row.ReadAsync();
        return (row.GetInt64(0), row.GetInt64(1));
    }

    private async Task<(int Count, long LastPage)> StepAsync(long page, long end, long cutoff, int limit)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await using NpgsqlCommand remove = With(
                    Remove, TidOf(page), TidOf(end), new() { Value = cutoff }, new() { Value = (long)limit });
                await using NpgsqlDataReader row = await remove.ExecuteReaderAsync();
                await row.ReadAsync();
                int count = row.GetInt32(0);
                return (count, count == 0 ? end : row.GetFieldValue<NpgsqlTid>(1).BlockNumber);
            }
            catch (PostgresException fault) when (PostgresFaults.IsUndone(fault) && attempt < MaxAttempts)
            {
                // The other transaction, as the noting of visits, has what it waited for.
            }
        }
    }

    private static NpgsqlParameter TidOf(long page) => new() { Value = new NpgsqlTid((uint)page, 0), NpgsqlDbType = NpgsqlDbType.Tid };

    private NpgsqlCommand With(string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(sql, _connection) { CommandTimeout = TimeoutSeconds };
        command.Parameters.AddRange(parameters);
        return command;
    }
}
