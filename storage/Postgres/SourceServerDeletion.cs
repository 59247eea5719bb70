using CommandBroker.Core;
using Npgsql;
using NpgsqlTypes;

namespace CommandBroker.Storage.Postgres;

/// <summary>Deletes a source server in two steps, so that no deletion of unknown outcome takes away what was acknowledged after it.</summary>
/// <remarks>
/// The first step notes that a deletion is under way; the second one deletes while that note stands. Whoever reads the queue in between takes the note
/// away first, and for that waits for a second step that is being committed. So a command that is enqueued after a deletion of which nobody knows is
/// enqueued at a source server that stays, or is refused.
/// </remarks>
internal static class SourceServerDeletion
{
    private const string NoDetails = "{}";

    private const string Known = "server_id = $1 and deleted_at is null";

    private const string Note = $"update source_server set deletion = $2 where {Known}";

    private const string Delete = $"""
        with gone as (
            update source_server s set deleted_at = $3, has_overrides = false, details = '{NoDetails}', deletion = null
            where {Known} and deletion = $2
                and not exists (select from (select s.source_no) one {OpenCommands.JoinNewest} join lateral ({OpenCommands.Select}) c on true)
            returning project_id
        )
        update project_total set registered_count = registered_count - 1 where project_id = (select project_id from gone)
        """;

    private const string Withdraw = $"update source_server set deletion = null where {Known} and deletion = $2";

    private const string WithdrawAll = "update source_server set deletion = null where server_id = any($1) and deletion is not null";

    private const string Exists = $"select exists (select from source_server where {Known})";

    /// <inheritdoc cref="ISourceServerStore.DeleteAsync"/>
    public static async Task<bool> RunAsync(PostgresConnections connections, SourceServerKey key, DateTimeOffset now)
    {
        NpgsqlParameter id = new() { Value = key.Text, NpgsqlDbType = NpgsqlDbType.Text };
        NpgsqlParameter note = new() { Value = Random.Shared.NextInt64() };
        await connections.ChangeAsync(connection => ExecuteAsync(connection, Note, id, note));
        return await connections.ChangeAsync(async connection =>
        {
            if (await ExecuteAsync(connection, Delete, id, note, new() { Value = now.UtcTicks }) > 0)
            {
                return true;
            }

            bool stood = await ExecuteAsync(connection, Withdraw, id, note) > 0;
            await using NpgsqlCommand exists = CommandOf(connection, Exists, id);
            if (!stood && await exists.ExecuteScalarAsync() is true)
            {
                throw new StoreUnavailableException("The queue was read while its source server was deleted, which it is not. Try again.");
            }

            // That it is gone is the answer to a repeated call, which acknowledges the first one.
            await ExecuteAsync(connection, StandbyWatch.Barrier);
            return false;
        });
    }

    /// <summary>Takes away the notes of some source servers, after a deletion that is being committed has ended.</summary>
    public static Task WithdrawAsync(PostgresConnections connections, string[] keys) =>
        connections.ChangeAsync(connection => ExecuteAsync(connection, WithdrawAll, new NpgsqlParameter { Value = keys }));

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, params NpgsqlParameter[] parameters)
    {
        await using NpgsqlCommand command = CommandOf(connection, sql, parameters);
        return await command.ExecuteNonQueryAsync();
    }

    private static NpgsqlCommand CommandOf(NpgsqlConnection connection, string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        Array.ForEach(parameters, parameter => command.Parameters.Add(parameter.Clone()));
        return command;
    }
}
