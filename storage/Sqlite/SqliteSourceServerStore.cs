using CommandBroker.Core;
using CommandBroker.Storage.Batching;

namespace CommandBroker.Storage.Sqlite;

/// <summary>The contract of <see cref="ISourceServerStore"/> over one file.</summary>
internal sealed class SqliteSourceServerStore(SqliteReaders readers, SqliteWriter writer, int maxQueued, StoreInstruments instruments, DamageLog? damage = null)
    : ISourceServerStore, IAsyncDisposable
{
    private const string Columns = "server_id, name, os_type, details, registered_at, last_visit_at, quarantine_reason, source_no";

    private readonly DamageLog _damage = damage ?? new DamageLog();

    private readonly BatchedLookup<SourceServerKey, bool> _exists = new(
        new BatchLoopOptions { Operation = "exists", MaxQueuedCount = maxQueued }, instruments, batch => AnswerExistsAsync(readers, batch));

    public Task<bool> RegisterAsync(SourceServer server, int maxCount) => writer.WriteAsync(session =>
    {
        if (session["UPDATE source_server SET name = ?2, os_type = ?3, details = ?4 WHERE server_id = ?1 AND deleted_at IS NULL"]
            .Bind(1, server.Key.Text).Bind(2, server.Name).Bind(3, server.OsType).Bind(4, server.Details).Run() == 1)
        {
            return true;
        }

        if (session[CountAll].Bind(1, server.Key.ProjectId.Value).Scalar() >= maxCount)
        {
            return false;
        }

        session["""
            INSERT INTO source_server (server_id, name, os_type, details, registered_at, last_visit_at, project_id, seq_floor, skipped_count)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, floor, floor FROM numbering WHERE true
            ON CONFLICT (server_id) DO UPDATE SET name = ?2, os_type = ?3, details = ?4, registered_at = ?5, last_visit_at = ?6, deleted_at = NULL
            """]
            .Bind(1, server.Key.Text).Bind(2, server.Name).Bind(3, server.OsType).Bind(4, server.Details)
            .Bind(5, server.RegisteredAt.UtcTicks).Bind(6, server.LastVisitAt?.UtcTicks).Bind(7, server.Key.ProjectId.Value).Run();
        return true;
    });

    public Task<bool> ExistsAsync(SourceServerKey key) => _exists.FindAsync(key);

    public Task<SourceServer?> FindAsync(SourceServerKey key) => readers.ReadAsync(session => ReadAll(
        session[$"SELECT {Columns} FROM source_server WHERE server_id = ?1 AND deleted_at IS NULL"].Bind(1, key.Text), damage: null).SingleOrDefault());

    public Task<SourceServerPage> ListAsync(SourceServerFilter filter) => readers.ReadAsync(session =>
    {
        string where = Where(filter);
        long total = Filtered(session[$"SELECT count(*) FROM source_server WHERE {where}"], filter).Scalar() ?? 0;
        SqliteStatement page = Filtered(session[$"{PageStart}{where} ORDER BY source_no LIMIT ?6 OFFSET ?7) ORDER BY source_no"], filter);
        return new SourceServerPage(ReadAll(page.Bind(6, filter.Limit).Bind(7, filter.Offset), _damage), total);
    });

    public Task<bool> RenameAsync(SourceServerKey key, string name) => writer.WriteAsync(session =>
        session["UPDATE source_server SET name = ?2 WHERE server_id = ?1 AND deleted_at IS NULL"].Bind(1, key.Text).Bind(2, name).Run() == 1);

    public Task<bool> ReplaceAsync(SourceServer former, string name, string details) => writer.WriteAsync(session => session["""
        UPDATE source_server SET name = ?2, details = ?3 WHERE server_id = ?1 AND deleted_at IS NULL AND name = ?4 AND details = ?5
        """].Bind(1, former.Key.Text).Bind(2, name).Bind(3, details).Bind(4, former.Name).Bind(5, former.Details).Run() == 1);

    public Task<bool> DeleteAsync(SourceServerKey key, DateTimeOffset now) => writer.WriteAsync(session => session["""
        UPDATE source_server SET deleted_at = ?2, has_overrides = 0, details = '{}' WHERE server_id = ?1 AND deleted_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM command WHERE command.source_no = source_server.source_no AND ended_at IS NULL)
        """].Bind(1, key.Text).Bind(2, now.UtcTicks).Run() == 1);

    public Task<RestoredSourceServers> RestoreAsync(DateTimeOffset deletedSince) =>
        SqliteDeletedBehindEnqueue.TakeBackAsync(readers, writer, deletedSince, _damage);

    public Task<bool> MarkOverridesAsync(SourceServerKey key) => writer.WriteAsync(session =>
        session["UPDATE source_server SET has_overrides = 1 WHERE server_id = ?1 AND deleted_at IS NULL"].Bind(1, key.Text).Run() == 1);

    public Task SetQuarantineAsync(SourceServerKey key, string? reason) => writer.WriteAsync(session =>
        session["UPDATE source_server SET quarantine_reason = ?2 WHERE server_id = ?1 AND deleted_at IS NULL"].Bind(1, key.Text).Bind(2, reason).Run());

    public Task RecordVisitsAsync(IReadOnlyCollection<KeyValuePair<SourceServerKey, DateTimeOffset>> visits) => writer.WriteAsync(session =>
    {
        foreach ((SourceServerKey key, DateTimeOffset at) in visits)
        {
            session["""
                UPDATE source_server SET last_visit_at = ?2
                WHERE server_id = ?1 AND deleted_at IS NULL AND (last_visit_at IS NULL OR last_visit_at < ?2)
                """].Bind(1, key.Text).Bind(2, at.UtcTicks).Run();
        }

        return visits.Count;
    });

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _exists.DisposeAsync();

    private const string PageStart = "SELECT " + Columns + " FROM source_server WHERE source_no IN (SELECT source_no FROM source_server WHERE ";
    private const string CountAll = "SELECT count(*) FROM source_server WHERE project_id = ?1 AND deleted_at IS NULL";

    private static async ValueTask AnswerExistsAsync(SqliteReaders readers, IReadOnlyList<PendingLookup<SourceServerKey, bool>> batch)
    {
        bool[] known = await readers.ReadAsync(session => batch.Select(lookup =>
            session["SELECT 1 FROM source_server WHERE server_id = ?1 AND deleted_at IS NULL"].Bind(1, lookup.Key.Text).Scalar() is not null).ToArray());
        for (int i = 0; i < known.Length; i++)
        {
            batch[i].TrySetResult(known[i]);
        }
    }

    // Only what is asked for stands there, so that the index which fits is taken.
    private static string Where(SourceServerFilter filter) => string.Join(" AND ",
    [
        "project_id = ?1 AND deleted_at IS NULL",
        .. filter.Quarantined is { } quarantined ? [$"quarantine_reason IS {(quarantined ? "NOT " : "")}NULL"] : (string[])[],
        .. filter.NameContains is null ? (string[])[] : [$"instr({SqliteSession.FoldName}(name), ?2) > 0"],
        .. filter.Key is null ? (string[])[] : ["server_id = ?3"],
        .. filter.Visited is { } visited ? [visited ? "last_visit_at >= ?4" : "(last_visit_at IS NULL OR last_visit_at < ?4)"] : (string[])[],
        .. filter.Members is null ? (string[])[]
            : ["NOT EXISTS (SELECT 1 FROM json_each(?5) wanted WHERE details ->> wanted.key IS NOT wanted.value)"],
    ]);

    private static SqliteStatement Filtered(SqliteStatement statement, SourceServerFilter filter)
    {
        statement.Bind(1, filter.ProjectId.Value);
        if (filter.NameContains is { } name)
        {
            statement.Bind(2, NameCase.Fold(name));
        }

        if (filter.Key is { } key)
        {
            statement.Bind(3, key.Text);
        }

        if (filter.Visited is not null)
        {
            statement.Bind(4, filter.VisitedSince.UtcTicks);
        }

        return filter.Members is { } members ? statement.Bind(5, members) : statement;
    }

    /// <summary>Reads all; rows that cannot be read are told to <paramref name="damage"/> and passed over, or refused when it is null.</summary>
    private static List<SourceServer> ReadAll(SqliteStatement row, DamageLog? damage)
    {
        var servers = new List<SourceServer>();
        while (row.Step())
        {
            try
            {
                servers.Add(Read(row));
            }
            catch (UnreadableRowException fault)
            {
                if (damage is null)
                {
                    row.Reset();
                    throw;
                }

                damage.PassedOver($"Source server number {row.Int64(7)}", fault.Message);
            }
        }

        return servers;
    }

    private static SourceServer Read(SqliteStatement row)
    {
        try
        {
            return new SourceServer
            {
                Key = SourceServerKey.Parse(row.Text(0)),
                Name = row.Text(1),
                OsType = row.Text(2),
                Details = row.Text(3),
                RegisteredAt = new DateTimeOffset(row.Int64(4), TimeSpan.Zero),
                LastVisitAt = SqliteRows.Instant(row.NullableInt64(5)),
                QuarantineReason = row.NullableText(6),
            };
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException)
        {
            throw new UnreadableRowException($"The row of source server number {row.Int64(7)} cannot be read: {fault.Message}");
        }
    }
}
