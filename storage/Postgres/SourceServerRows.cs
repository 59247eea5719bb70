using CommandBroker.Core;
using Npgsql;
using NpgsqlTypes;

namespace CommandBroker.Storage.Postgres;

/// <summary>Reads rows of the directory.</summary>
internal static class SourceServerRows
{
    /// <summary>The columns, in the order of reading.</summary>
    public const string Columns = "server_id, name, os_type, details, registered_at, last_visit_at, quarantine_reason";

    /// <summary>
    /// The rows <c>s</c> of the registered source servers whose keys are <c>$1</c>, each found by its key. A plain <c>= any($1)</c> leads over the
    /// index of all that are registered while the server has no statistics yet, as after a restore or as a fleet registers: 1 to 2 ms instead of
    /// 0.1 for ten of 40,000, for every batch. The planner does not see how long the array is behind a subquery, so one plan is kept for all.
    /// </summary>
    public const string FromKeys = """
        unnest((select $1::text[])) as k(server_id)
        join lateral (select * from source_server where server_id = k.server_id offset 0) s on s.deleted_at is null
        """;

    // The quarantined are asked for as NULL, true or false; a name as NULL or a folded text.
    private const string Matching = """
        from source_server
        where project_id = $1 and deleted_at is null
            and ($2::boolean is null or (quarantine_reason is not null) = $2) and ($3::text is null or strpos(name_folded, $3) > 0)
        """;

    /// <summary>A name as it is compared: the server's own case rules depend on how the database was made, these do not.</summary>
    public static string Fold(string name) => name.ToUpperInvariant();

    /// <summary>Reads all source servers of a query.</summary>
    public static async Task<List<SourceServer>> ReadAsync(NpgsqlConnection connection, string sql, params NpgsqlParameter[] parameters)
    {
        await using var query = new NpgsqlCommand(sql, connection);
        Array.ForEach(parameters, parameter => query.Parameters.Add(parameter.Clone()));
        List<SourceServer> servers = [];
        await using NpgsqlDataReader reader = await query.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            servers.Add(new SourceServer
            {
                Key = SourceServerKey.Parse(reader.GetString(0)),
                Name = reader.GetString(1),
                OsType = reader.GetString(2),
                Details = reader.GetString(3),
                RegisteredAt = new DateTimeOffset(reader.GetInt64(4), TimeSpan.Zero),
                LastVisitAt = reader.GetInstant(5),
                QuarantineReason = reader.IsDBNull(6) ? null : reader.GetString(6),
            });
        }

        return servers;
    }

    /// <summary>Reads one page, and how many match in all.</summary>
    public static async Task<SourceServerPage> ReadPageAsync(NpgsqlConnection connection, SourceServerFilter filter)
    {
        NpgsqlParameter[] matching =
        [
            new() { Value = filter.ProjectId.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new() { Value = (object?)filter.Quarantined ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean },
            new() { Value = filter.NameContains is { } name ? Fold(name) : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
        ];
        List<SourceServer> servers = await ReadAsync(
            connection,
            $"select {Columns} {Matching} order by source_no limit $4 offset $5",
            [.. matching, new() { Value = (long)filter.Limit }, new() { Value = filter.Offset }]);

        await using var count = new NpgsqlCommand($"select count(*) {Matching}", connection);
        Array.ForEach(matching, parameter => count.Parameters.Add(parameter.Clone()));
        return new SourceServerPage(servers, (long)(await count.ExecuteScalarAsync())!);
    }
}
