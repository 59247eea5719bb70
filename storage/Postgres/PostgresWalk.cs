using System.Runtime.CompilerServices;
using CommandBroker.Storage.Verification;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <inheritdoc/>
internal sealed class PostgresWalk(string connectionString) : IStoreWalk
{
    private const int MaxPageCount = 500;

    // One statement is one snapshot. Rows stream, so that a long history does not have to fit anywhere.
    private const string Page = $"""
        select {WalkedRows.SourceColumns}, newest.open_from, {CommandRows.Columns}, c.idempotency_key, c.ended_at
        from (select * from source_server where source_no > $1 order by source_no limit $2) s
        {OpenCommands.JoinNewest}
        left join lateral (select * from command where source_no = s.source_no) c on true
        order by s.source_no
        """;

    private const string SourceAlone = $"select {WalkedRows.SourceColumns}, null::bigint from source_server s where source_no > $1 order by source_no limit $2";

    private NpgsqlConnection? _connection;

    private NpgsqlConnection Connection => _connection!;

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await ConnectAsync(cancellationToken);
        await PostgresMigrations.RequireCurrentAsync(Connection, cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A damaged page of the file ends the statement, maybe in the middle of a source server. Then that one and those after it are read one by
    /// one until the damaged one is found; a source server that comes a second time replaces what came of it before.
    /// </remarks>
    public async IAsyncEnumerable<(WalkedSource Source, WalkedRow? Row)> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long after = long.MinValue;
        int singles = 0;
        while (true)
        {
            int pageCount = singles > 0 ? 1 : MaxPageCount;
            int count = 0;
            WalkedSource? last = null;
            string? damage = null;
            await ConnectAsync(cancellationToken);
            await using (NpgsqlCommand query = With(Page, after, pageCount))
            await using (NpgsqlDataReader? reader = await TryAsync(() => query.ExecuteReaderAsync(cancellationToken), fault => damage = fault))
            {
                while (reader is not null && await TryAsync(() => reader.ReadAsync(cancellationToken), fault => damage = fault))
                {
                    if (last?.SourceNo != reader.GetInt64(0))
                    {
                        after = last?.SourceNo ?? after;
                        last = WalkedRows.SourceOf(reader);
                        count++;
                        yield return (last, null);
                    }

                    if (!reader.IsDBNull(WalkedRows.FirstCommandColumn))
                    {
                        yield return (last, WalkedRows.RowOf(reader));
                    }
                }
            }

            if (damage is not null && pageCount > 1)
            {
                singles = MaxPageCount;
                continue;
            }

            last ??= damage is null ? null : await FindNextAsync(after, cancellationToken);
            if (damage is not null && last is not null)
            {
                last.Damage = damage;
                yield return (last, null);
            }
            else if (count < pageCount)
            {
                yield break;
            }

            after = last?.SourceNo ?? after;
            singles = damage is null ? Math.Max(singles - 1, 0) : 0;
        }
    }

    public async Task<IReadOnlyList<StoreFinding>> CheckWholeAsync(CancellationToken cancellationToken)
    {
        return await PostgresWholeCheck.RunAsync(
            async () =>
            {
                await ConnectAsync(cancellationToken);
                await ExecuteAsync("set enable_seqscan = on; set enable_hashjoin = on; set enable_mergejoin = on");
                return Connection;
            },
            cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }
    }

    // The driver gives a connection up whose server found damage.
    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connection is { FullState: System.Data.ConnectionState.Open })
        {
            return;
        }

        await DisposeAsync();
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = "cbroker", CommandTimeout = 0 };
        _connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await _connection.OpenAsync(cancellationToken);
            await ExecuteAsync("set default_transaction_read_only = on; set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set jit = off");
        }
        catch (NpgsqlException fault)
        {
            throw PostgresFaults.ForOperator(fault);
        }
    }

    private NpgsqlCommand With(string sql, long after, long limit) =>
        new(sql, Connection) { Parameters = { new() { Value = after }, new() { Value = limit } } };

    private async Task<WalkedSource?> FindNextAsync(long after, CancellationToken cancellationToken)
    {
        await ConnectAsync(cancellationToken);
        try
        {
            await using NpgsqlCommand query = With(SourceAlone, after, 1);
            await using NpgsqlDataReader reader = await query.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken) ? WalkedRows.SourceOf(reader) : null;
        }
        catch (NpgsqlException fault)
        {
            // The directory itself is damaged: nothing can be walked.
            throw PostgresFaults.ForOperator(fault);
        }
    }

    private static async Task<T?> TryAsync<T>(Func<Task<T>> read, Action<string> damaged)
    {
        try
        {
            return await read();
        }
        catch (PostgresException fault) when (PostgresFaults.IsDamage(fault))
        {
            damaged(fault.MessageText);
            return default;
        }
        catch (NpgsqlException fault)
        {
            throw PostgresFaults.ForOperator(fault);
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, Connection);
        await command.ExecuteNonQueryAsync();
    }
}
