using Npgsql;
using NpgsqlTypes;

namespace CommandBroker.Storage.Postgres;

/// <summary>Registers source servers without ever counting those of a project: many in one transaction, over one connection.</summary>
internal static class SourceServerRegistration
{
    // A deletion of unknown outcome, or one under way, does not take away what is registered behind it.
    private const string Update = """
        update source_server set name = $2, name_folded = $3, os_type = $4, details = $5, deletion = null where server_id = $1 and deleted_at is null
        """;

    // The row of the project's total is locked until the end of the transaction: registrations take turns, so the bound is exact.
    private const string Count = """
        insert into project_total as t (project_id, registered_count) select $1, 1 where $2 > 0
        on conflict (project_id) do update set registered_count = t.registered_count + 1 where t.registered_count < $2
        """;

    private const string Uncount = "update project_total set registered_count = registered_count - 1 where project_id = $1";

    private const string Insert = """
        insert into source_server as s (server_id, name, name_folded, os_type, details, registered_at, project_id, seq_floor, skipped_count)
        select $1, $2, $3, $4, $5, $6, $7, floor, floor from numbering for share
        on conflict (server_id) do update
        set name = $2, name_folded = $3, os_type = $4, details = $5, registered_at = $6, deleted_at = null, last_visit_at = null
        where s.deleted_at is not null
        """;

    /// <inheritdoc cref="ISourceServerStore.RegisterAsync"/>
    /// <param name="connection">In a transaction.</param>
    /// <param name="registrations">What to register.</param>
    /// <returns>The answer to each, in the order given.</returns>
    public static async Task<bool[]> RunAsync(NpgsqlConnection connection, PendingRegistration[] registrations)
    {
        // All lock rows in one order, those that are known before the totals of projects, so that brokers wait for each other in no circle.
        int[] order = [.. Enumerable.Range(0, registrations.Length).OrderBy(at => registrations[at].Server.Key.ProjectId.Value, StringComparer.Ordinal)
            .ThenBy(at => registrations[at].Server.Key.Text, StringComparer.Ordinal)];
        bool[] answers = new bool[registrations.Length];
        await using (var known = new NpgsqlBatch(connection))
        {
            Array.ForEach(order, at => known.BatchCommands.Add(With(new NpgsqlBatchCommand(Update), registrations[at].Server)));
            await known.ExecuteNonQueryAsync();
            for (int place = 0; place < order.Length; place++)
            {
                answers[order[place]] = known.BatchCommands[place].RecordsAffected > 0;
            }
        }

        foreach (int at in order.Where(at => !answers[at]))
        {
            answers[at] = await AddAsync(connection, registrations[at]);
        }

        return answers;
    }

    private static async Task<bool> AddAsync(NpgsqlConnection connection, PendingRegistration registration)
    {
        SourceServer server = registration.Server;
        string project = server.Key.ProjectId.Value;
        while (true)
        {
            bool fits = await ExecuteAsync(connection, new(Count) { Parameters = { TextOf(project), new() { Value = registration.MaxCount } } }) > 0;
            NpgsqlBatchCommand insert = With(new(Insert), server);
            insert.Parameters.Add(new() { Value = server.RegisteredAt.UtcTicks });
            insert.Parameters.Add(TextOf(project));
            if (fits && await ExecuteAsync(connection, insert) > 0)
            {
                return true;
            }

            if (fits)
            {
                await ExecuteAsync(connection, new(Uncount) { Parameters = { TextOf(project) } });
            }

            // Another call may have registered this very id meanwhile, also as the last one that fits.
            bool isKnown = await ExecuteAsync(connection, With(new(Update), server)) > 0;
            if (isKnown || !fits)
            {
                return isKnown;
            }
        }
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, NpgsqlBatchCommand statement)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { statement } };
        return await batch.ExecuteNonQueryAsync();
    }

    private static NpgsqlBatchCommand With(NpgsqlBatchCommand statement, SourceServer server)
    {
        foreach (string text in (ReadOnlySpan<string>)[server.Key.Text, server.Name, NameCase.Fold(server.Name), server.OsType, server.Details])
        {
            statement.Parameters.Add(TextOf(text));
        }

        return statement;
    }

    private static NpgsqlParameter TextOf(string value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Text };
}
