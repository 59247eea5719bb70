using System.Runtime.CompilerServices;
using CommandBroker.Storage.Payloads;
using CommandBroker.Storage.Verification;
using Microsoft.Data.Sqlite;

namespace CommandBroker.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteWalk(string path) : IStoreWalk
{
    private const int PageCount = 200;

    private const string Rows = """
        SELECT source_no, seq, version, state, delivery_count, redrive_count, delivered_at, leased_until, overtaken_by, payload, outcome,
            idempotency_key, ended_at, key_hash FROM command WHERE source_no = ?1
        """;

    // As the partial indexes are written, so that they are used.
    private static readonly string[] Parts = [Rows + " AND ended_at IS NULL", Rows + " AND epoch IN (SELECT epoch FROM epoch) AND ended_at IS NOT NULL"];

    private SqliteSession? _session;

    private SqliteSession Session => _session!;

    public Task OpenAsync(CancellationToken cancellationToken) => Guarded(() =>
    {
        _session = SqliteSession.OpenReadOnly(path);
        SqliteMigrations.RequireCurrent(_session, path);
        return true;
    });

    public async IAsyncEnumerable<(WalkedSource Source, WalkedRow? Row)> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long after = long.MinValue;
        List<WalkedSource> page;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Guarded(() => Session["BEGIN"].Run());
            page = await Guarded(() => ReadPage(after));
            foreach (WalkedSource source in page)
            {
                after = source.SourceNo;
                yield return (source, null);
                foreach (string part in Parts)
                {
                    SqliteStatement row = Session[part].Bind(1, source.SourceNo);
                    while (await Guarded(() => Step(row, source)))
                    {
                        yield return (source, RowOf(row));
                    }
                }
            }

            await Guarded(() => Session["COMMIT"].Run());
        }
        while (page.Count == PageCount);
    }

    public Task<IReadOnlyList<StoreFinding>> CheckWholeAsync(CancellationToken cancellationToken) => Guarded<IReadOnlyList<StoreFinding>>(() =>
    {
        List<StoreFinding> findings = [];
        SqliteStatement check = Session["PRAGMA quick_check(20)"];
        while (check.Step())
        {
            if (check.Text(0) != "ok")
            {
                findings.Add(new(StoreInvariant.EverythingIsReadable, null, null, $"SQLite found the file damaged: {check.Text(0)}"));
            }
        }

        SqliteStatement orphan = Session["""
            SELECT source_no, count(*) FROM command WHERE source_no NOT IN (SELECT source_no FROM source_server) GROUP BY source_no LIMIT 100
            """];
        while (orphan.Step())
        {
            findings.Add(new(StoreInvariant.NothingIsLost, null, null, $"{orphan.Int64(1)} commands belong to source server number {orphan.Int64(0)}, which is not there"));
        }

        if (Session["SELECT count(*) FROM command WHERE ended_at IS NOT NULL AND epoch NOT IN (SELECT epoch FROM epoch)"].Scalar() is > 0 and var hidden)
        {
            findings.Add(new(StoreInvariant.NothingIsLost, null, null, $"{hidden} ended commands are in epochs that are not listed, so that no search finds them"));
        }

        return findings;
    });

    public ValueTask DisposeAsync()
    {
        _session?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool Step(SqliteStatement row, WalkedSource source)
    {
        try
        {
            return row.Step();
        }
        catch (SqliteException fault) when (SqliteFaults.IsDamage(fault))
        {
            source.Damage = fault.Message;
            return false;
        }
    }

    private List<WalkedSource> ReadPage(long after)
    {
        List<WalkedSource> page = [];
        SqliteStatement row = Session["""
            SELECT source_no, server_id, deleted_at, seq_floor, removed_count, skipped_count, quarantine_reason
            FROM source_server WHERE source_no > ?1 ORDER BY source_no LIMIT ?2
            """].Bind(1, after).Bind(2, PageCount);
        while (row.Step())
        {
            page.Add(new WalkedSource
            {
                SourceNo = row.Int64(0),
                Key = row.Text(1),
                IsDeleted = row.NullableInt64(2) is not null,
                SeqFloor = row.Int64(3),
                RemovedCount = row.Int64(4),
                SkippedCount = row.Int64(5),
                QuarantineReason = row.NullableText(6),
                OpenFrom = 1,
            });
        }

        return page;
    }

    private static WalkedRow RowOf(SqliteStatement row)
    {
        string? key = row.NullableText(11);
        return new WalkedRow
        {
            Row = SqliteRows.RowOf(row),
            IdempotencyKey = key,
            EndedAt = row.NullableInt64(12),
            IsKeyIndexed = row.NullableInt64(13) == KeyHash.Of(key),
        };
    }

    private static Task<T> Guarded<T>(Func<T> read)
    {
        try
        {
            return Task.FromResult(read());
        }
        catch (SqliteException fault)
        {
            throw SqliteFaults.ForOperator(fault);
        }
    }
}
