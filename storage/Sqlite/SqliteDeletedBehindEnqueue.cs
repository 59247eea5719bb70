using CommandBroker.Core;

namespace CommandBroker.Storage.Sqlite;

/// <summary>Takes back deletions of source servers that hold an open command.</summary>
/// <remarks>They are looked for all at once, and each comes back in a write of its own: what is damaged of one keeps no other.</remarks>
internal static class SqliteDeletedBehindEnqueue
{
    private const string HasOpen = "EXISTS (SELECT 1 FROM command WHERE command.source_no = s.source_no AND ended_at IS NULL)";

    private const string FindAll = $"SELECT source_no, server_id, 1 FROM source_server s WHERE deleted_at >= ?1 AND {HasOpen} ORDER BY source_no";

    private const string FindSome = $"""
        SELECT source_no, server_id, coalesce(deleted_at >= ?1, 0) AND {HasOpen}
        FROM source_server s WHERE source_no > ?2 ORDER BY source_no LIMIT ?3
        """;

    private const string Next = "SELECT source_no, server_id, coalesce(deleted_at >= ?1, 0) FROM source_server WHERE source_no > ?2 ORDER BY source_no LIMIT 1";

    private const string TakeBack = $"UPDATE source_server AS s SET deleted_at = NULL WHERE server_id = ?1 AND deleted_at IS NOT NULL AND {HasOpen}";

    /// <inheritdoc cref="ISourceServerStore.RestoreAsync"/>
    public static async Task<RestoredSourceServers> TakeBackAsync(
        SqliteReaders readers, SqliteWriter writer, DateTimeOffset deletedSince, DamageLog damage)
    {
        var keys = new List<SourceServerKey>();
        (IReadOnlyList<SourceServerKey> found, bool isWhole) = await FindAsync(readers, deletedSince.UtcTicks, damage);
        foreach (SourceServerKey key in found)
        {
            try
            {
                if (await writer.WriteAsync(session => session[TakeBack].Bind(1, key.Text).Run() == 1))
                {
                    keys.Add(key);
                }
            }
            catch (UnreadableRowException fault)
            {
                damage.PassedOver($"Source server {key}, which was deleted behind an enqueue,", fault.Message);
                isWhole = false;
            }
        }

        return new RestoredSourceServers(keys, isWhole);
    }

    private static async Task<(IReadOnlyList<SourceServerKey> Found, bool IsWhole)> FindAsync(SqliteReaders readers, long since, DamageLog damage)
    {
        try
        {
            return ((await readers.ReadAsync(session => SqliteOverdue.Read(session[FindAll].Bind(1, since), limit: 0, damage))).Keys, true);
        }
        catch (UnreadableRowException)
        {
            // Step by step, past what is damaged.
        }

        return (await OverdueWalk.ReadAllAsync(
            (from, limit) => readers.ReadAsync(session =>
                SqliteOverdue.Read(session[FindSome].Bind(1, since).Bind(2, from).Bind(3, limit), limit, damage)),
            from => readers.ReadAsync(session => SqliteOverdue.Read(session[Next].Bind(1, since).Bind(2, from), limit: 1, damage)),
            damage), false);
    }
}
