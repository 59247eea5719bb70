using System.Globalization;
using System.Text;
using CommandBroker.Core;
using Npgsql;
using NpgsqlTypes;

namespace CommandBroker.Storage.Postgres;

/// <summary>Reads rows of the directory.</summary>
internal static class SourceServerRows
{
    /// <summary>The columns, in the order of reading.</summary>
    public const string Columns = "server_id, name, os_type, details, registered_at, last_visit_at, quarantine_reason, source_no";

    /// <summary>
    /// The rows <c>s</c> of the registered source servers whose keys are <c>$1</c>, each found by its key. A plain <c>= any($1)</c> leads over the
    /// index of all that are registered while the server has no statistics yet, as after a restore or as a fleet registers: 1 to 2 ms instead of
    /// 0.1 for ten of 40,000, for every batch. The planner does not see how long the array is behind a subquery, so one plan is kept for all.
    /// </summary>
    public const string FromKeys = """
        unnest((select $1::text[])) as k(server_id)
        join lateral (select * from source_server where server_id = k.server_id offset 0) s on s.deleted_at is null
        """;

    /// <summary>
    /// The details as JSON that can be read: an escape of U+0000 or of half a surrogate pair becomes U+FFFD, as <see cref="StorableJson.Mend"/> has it. One
    /// row with such an escape would fail every filtered list of its project (22P05).
    /// </summary>
    /// <remarks>
    /// The first expression matches what has none: it takes the time of the JSON parser, the replacement ten times as long. There an escaped backslash is
    /// rewritten first, so that each backslash begins an escape.
    /// </remarks>
    private const string ReadableDetails = """
        (case when strpos(details, '\u') = 0
            or details ~ '^([^\\]|\\[^u]|\\u([^0dD]...|0[^0]..|00[^0].|000[^0]|[dD][0-7]..|[dD][89abAB]..\\u[dD][c-fC-F]..))*$'
        then details
        else regexp_replace(replace(details, '\\', '\u005c'), '\\u0000|\\ud[89ab]..(?!\\ud[c-f])|(?<!\\ud[89ab]..)\\ud[c-f]..', '\\ufffd', 'gi')
        end)::json
        """;

    /// <summary>Reads all source servers of a query.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="damage">Told of rows that cannot be read, which are passed over; null refuses them.</param>
    /// <param name="sql">The query.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <exception cref="UnreadableRowException">A row cannot be read.</exception>
    public static async Task<List<SourceServer>> ReadAsync(NpgsqlConnection connection, DamageLog? damage, string sql, params NpgsqlParameter[] parameters)
    {
        await using var query = new NpgsqlCommand(sql, connection);
        Array.ForEach(parameters, parameter => query.Parameters.Add(parameter.Clone()));
        List<SourceServer> servers = [];
        await using NpgsqlDataReader reader = await query.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            try
            {
                servers.Add(Read(reader));
            }
            catch (UnreadableRowException fault) when (damage is not null)
            {
                damage.PassedOver($"Source server number {reader.GetInt64(7)}", fault.Message);
            }
        }

        return servers;
    }

    private static SourceServer Read(NpgsqlDataReader reader)
    {
        try
        {
            return new SourceServer
            {
                Key = SourceServerKey.Parse(reader.GetString(0)),
                Name = reader.GetString(1),
                OsType = reader.GetString(2),
                Details = reader.GetString(3),
                RegisteredAt = new DateTimeOffset(reader.GetInt64(4), TimeSpan.Zero),
                LastVisitAt = reader.GetInstant(5),
                QuarantineReason = reader.IsDBNull(6) ? null : reader.GetString(6),
            };
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException)
        {
            throw new UnreadableRowException($"The row of source server number {reader.GetInt64(7)} cannot be read: {fault.Message}");
        }
    }

    /// <summary>Reads one page, and how many match in all.</summary>
    public static async Task<SourceServerPage> ReadPageAsync(NpgsqlConnection connection, SourceServerFilter filter, DamageLog damage)
    {
        (string where, List<NpgsqlParameter> parameters) = Matching(filter);
        int next = parameters.Count + 1;
        List<SourceServer> servers = await ReadAsync(
            connection,
            damage,
            $"select {Columns} from source_server where {where} order by source_no limit ${next} offset ${next + 1}",
            [.. parameters, new() { Value = (long)filter.Limit }, new() { Value = filter.Offset }]);

        await using var count = new NpgsqlCommand($"select count(*) from source_server where {where}", connection);
        parameters.ForEach(parameter => count.Parameters.Add(parameter.Clone()));
        return new SourceServerPage(servers, (long)(await count.ExecuteScalarAsync())!);
    }

    // Only what is asked for stands there, so that the index which fits is taken.
    private static (string Where, List<NpgsqlParameter> Parameters) Matching(SourceServerFilter filter)
    {
        var where = new StringBuilder("project_id = $1 and deleted_at is null");
        List<NpgsqlParameter> parameters = [Text(filter.ProjectId.Value)];
        if (filter.Quarantined is { } quarantined)
        {
            where.Append(quarantined ? " and quarantine_reason is not null" : " and quarantine_reason is null");
        }

        if (filter.NameContains is { } name)
        {
            Add("strpos(name_folded, {0}) > 0", Text(NameCase.Fold(name)));
        }

        if (filter.Key is { } key)
        {
            Add("server_id = {0}", Text(key.Text));
        }

        if (filter.Visited is { } visited)
        {
            Add(
                visited ? "last_visit_at >= {0}" : "(last_visit_at is null or last_visit_at < {0})",
                new() { Value = filter.VisitedSince.UtcTicks });
        }

        if (filter.Members is { } members)
        {
            Add(
                "not exists (select from json_each_text({0}::json) m where " + ReadableDetails + " ->> m.key is distinct from m.value)",
                Text(members));
        }

        return (where.ToString(), parameters);

        void Add(string condition, NpgsqlParameter parameter)
        {
            parameters.Add(parameter);
            where.Append(" and ").AppendFormat(CultureInfo.InvariantCulture, condition, $"${parameters.Count}");
        }
    }

    private static NpgsqlParameter Text(string value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Text };
}
