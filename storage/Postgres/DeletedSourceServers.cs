using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>Removes the rows of source servers that were deleted before all kept history began.</summary>
/// <remarks>
/// One that is registered again under the id of one that is gone begins above all that are gone: <c>numbering.floor</c> is raised to their
/// highest number first. A registration locks that row while it reads it, so none goes by an older floor.
/// </remarks>
internal static class DeletedSourceServers
{
    private const string Due = """
        from source_server s where deleted_at < $1 and not exists (select from command c where c.source_no = s.source_no)
        """;

    private const string Raise = $"""
        update numbering set floor = due.last_seq
        from (select max(seq_floor) as last_seq from (select seq_floor {Due} order by deleted_at limit $2) d) due
        where floor < due.last_seq
        """;

    private const string Remove = $"""
        with gone as (
            delete from source_server where source_no = any(array(
                select source_no {Due} and seq_floor <= (select floor from numbering) order by deleted_at limit $2 for update skip locked))
            returning source_no)
        delete from stray_report where source_no = any(array(select source_no from gone))
        """;

    /// <summary>Removes some of them.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="deletedBefore">Only those deleted before that; what they held has ended before it, too.</param>
    /// <param name="limit">The most.</param>
    /// <param name="timeoutSeconds">How long each of the two statements may take.</param>
    public static async Task RemoveAsync(NpgsqlConnection connection, DateTimeOffset deletedBefore, int limit, int timeoutSeconds)
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
        foreach (string sql in (string[])[Raise, Remove])
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction)
            {
                Parameters = { new() { Value = deletedBefore.UtcTicks }, new() { Value = (long)limit } },
                CommandTimeout = timeoutSeconds,
            };
            await command.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
    }
}
