using CommandBroker.Core;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>Takes back deletions of source servers that hold an open command.</summary>
/// <remarks>They are looked for all at once, and each comes back in a transaction of its own: what is damaged of one keeps no other.</remarks>
internal static class DeletedBehindEnqueue
{
    private const string HasOpen = $"exists ({OpenCommands.Select})";

    // Unordered, so that the index of what was deleted leads, not a walk over all.
    private const string FindAll = $"""
        select s.source_no, s.server_id, true from source_server s {OpenCommands.JoinNewest} where s.deleted_at >= $1 and {HasOpen}
        """;

    // By the primary key, whose other pages lead past a damaged one.
    private const string FindSome = $"""
        select s.source_no, s.server_id, coalesce(s.deleted_at >= $1, false) and {HasOpen}
        from (select * from source_server where source_no > $2 order by source_no limit $3) s
        {OpenCommands.JoinNewest}
        order by s.source_no
        """;

    private const string Next = """
        select source_no, server_id, coalesce(deleted_at >= $1, false) from source_server where source_no > $2 order by source_no limit 1
        """;

    private const string TakeBack = $"""
        with back as (
            update source_server set deleted_at = null where deleted_at is not null and source_no = any(array(
                select s.source_no from source_server s {OpenCommands.JoinNewest} where s.server_id = $1 and {HasOpen}))
            returning project_id),
        counted as (update project_total set registered_count = registered_count + 1 where project_id = (select project_id from back))
        select count(*) from back
        """;

    /// <inheritdoc cref="ISourceServerStore.RestoreAsync"/>
    public static async Task<RestoredSourceServers> TakeBackAsync(PostgresConnections connections, DateTimeOffset deletedSince, DamageLog damage)
    {
        var keys = new List<SourceServerKey>();
        (IReadOnlyList<SourceServerKey> found, bool isWhole) = await FindAsync(connections, deletedSince.UtcTicks, damage);
        foreach (SourceServerKey key in found)
        {
            try
            {
                if (await connections.ChangeAsync(connection => TakeBackAsync(connection, key)))
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

    private static async Task<bool> TakeBackAsync(NpgsqlConnection connection, SourceServerKey key)
    {
        await OverdueQueues.ByKeyAsync(connection);
        await using var command = new NpgsqlCommand(TakeBack, connection) { Parameters = { new() { Value = key.Text } } };
        return await command.ExecuteScalarAsync() is > 0L;
    }

    private static async Task<(IReadOnlyList<SourceServerKey> Found, bool IsWhole)> FindAsync(PostgresConnections connections, long since, DamageLog damage)
    {
        try
        {
            return ((await ReadAsync(FindAll, limit: 0, new NpgsqlParameter { Value = since })).Keys, true);
        }
        catch (UnreadableRowException)
        {
            // Step by step, past what is damaged.
        }

        return (await OverdueWalk.ReadAllAsync(
            (from, limit) => ReadAsync(FindSome, limit, new() { Value = since }, new() { Value = from }, new() { Value = (long)limit }),
            from => ReadAsync(Next, limit: 1, new() { Value = since }, new() { Value = from }),
            damage), false);

        Task<OverduePage> ReadAsync(string sql, int limit, params NpgsqlParameter[] parameters) =>
            connections.ChangeAsync(connection => OverdueQueues.ReadAsync(connection, sql, limit, damage, parameters));
    }
}
