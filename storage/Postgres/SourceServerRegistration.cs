using Npgsql;
using NpgsqlTypes;

namespace CommandBroker.Storage.Postgres;

/// <summary>Registers a source server without ever counting those of its project.</summary>
internal static class SourceServerRegistration
{
    private const string Update = """
        update source_server set name = $2, name_folded = $3, os_type = $4, details = $5 where server_id = $1 and deleted_at is null
        """;

    // The row of the project's total is locked until the end of the transaction: registrations take turns, so the bound is exact.
    private const string Count = """
        insert into project_total as t (project_id, registered_count) select $1, 1 where $2 > 0
        on conflict (project_id) do update set registered_count = t.registered_count + 1 where t.registered_count < $2
        """;

    private const string Insert = """
        insert into source_server as s (server_id, name, name_folded, os_type, details, registered_at, project_id, seq_floor, skipped_count)
        select $1, $2, $3, $4, $5, $6, $7, floor, floor from numbering
        on conflict (server_id) do update
        set name = $2, name_folded = $3, os_type = $4, details = $5, registered_at = $6, deleted_at = null, last_visit_at = null
        where s.deleted_at is not null
        """;

    /// <inheritdoc cref="ISourceServerStore.RegisterAsync"/>
    public static async Task<bool> RunAsync(NpgsqlConnection connection, SourceServer server, int maxCount)
    {
        while (true)
        {
            await using NpgsqlCommand update = With(Update, server, connection);
            if (await update.ExecuteNonQueryAsync() > 0)
            {
                return true;
            }

            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
            await using var count = new NpgsqlCommand(Count, connection, transaction) 
            {
                Parameters = { TextOf(server.Key.ProjectId.Value), new() { Value = (long)maxCount } },
            };
            bool fits = await count.ExecuteNonQueryAsync() > 0;
            await using NpgsqlCommand insert = With(Insert, server, connection);
            insert.Parameters.Add(new() { Value = server.RegisteredAt.UtcTicks });
            insert.Parameters.Add(TextOf(server.Key.ProjectId.Value));
            if (fits && await insert.ExecuteNonQueryAsync() > 0)
            {
                await transaction.CommitAsync();
                return true;
            }

            await transaction.RollbackAsync();
            if (!fits)
            {
                // Another call may have registered this very id as the last one that fits.
                return await update.ExecuteNonQueryAsync() > 0;
            }
        }
    }

    private static NpgsqlCommand With(string sql, SourceServer server, NpgsqlConnection connection) => new(sql, connection)
    {
        Parameters =
        {
            TextOf(server.Key.Text), TextOf(server.Name), TextOf(SourceServerRows.Fold(server.Name)), TextOf(server.OsType), TextOf(server.Details),
        },
    };

    private static NpgsqlParameter TextOf(string value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Text };
}
