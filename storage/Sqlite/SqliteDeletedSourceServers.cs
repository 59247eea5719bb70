namespace CommandBroker.Storage.Sqlite;

/// <summary>Removes the rows of source servers that were deleted before all kept history began.</summary>
/// <remarks>
/// One that is registered again under the id of one that is gone begins above all that are gone: <c>numbering.floor</c> is raised to their
/// highest number. SQLite gives the row number after the highest that is there, so that one stays: no other source server gets its rows.
/// </remarks>
internal static class SqliteDeletedSourceServers
{
    private const string Due = """
        deleted_at < ?1 AND source_no < (SELECT max(source_no) FROM source_server)
            AND NOT EXISTS (SELECT 1 FROM command WHERE command.source_no = source_server.source_no AND ended_at IS NULL)
            AND NOT EXISTS (SELECT 1 FROM epoch CROSS JOIN command USING (epoch)
                WHERE command.source_no = source_server.source_no AND ended_at IS NOT NULL)
        """;

    private const string List = $"SELECT source_no, seq_floor FROM source_server WHERE {Due} ORDER BY deleted_at LIMIT ?2";

    /// <summary>Removes some of them, in the writer's transaction.</summary>
    /// <param name="session">The writer's connection.</param>
    /// <param name="deletedBefore">Only those deleted before that; what they held has ended before it, too.</param>
    /// <param name="limit">The most.</param>
    /// <returns>How many were removed.</returns>
    public static int Remove(SqliteSession session, DateTimeOffset deletedBefore, int limit)
    {
        var due = new List<(long SourceNo, long LastSeq)>();
        SqliteStatement row = session[List].Bind(1, deletedBefore.UtcTicks).Bind(2, limit);
        while (row.Step())
        {
            due.Add((row.Int64(0), row.Int64(1)));
        }

        foreach ((long sourceNo, long lastSeq) in due)
        {
            session["UPDATE numbering SET floor = ?1 WHERE floor < ?1"].Bind(1, lastSeq).Run();
            session["DELETE FROM stray_report WHERE source_no = ?1"].Bind(1, sourceNo).Run();
            session["DELETE FROM source_server WHERE source_no = ?1"].Bind(1, sourceNo).Run();
        }

        return due.Count;
    }
}
