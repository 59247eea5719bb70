namespace CommandBroker.Storage.Sqlite;

/// <summary>Raises the numbers of a file that was restored from a backup. Why: <see cref="NumberFloor"/>.</summary>
/// <remarks>A backup that <c>cbroker admin backup</c> makes says of itself that it is one; of a file copied in another way the operator says it.</remarks>
internal static class SqliteNumbering
{
    private const string Last = """
        max(seq_floor, coalesce((SELECT max(seq) FROM command c WHERE c.source_no = source_server.source_no AND c.ended_at IS NULL), 0),
            coalesce((SELECT max(seq) FROM command c WHERE c.epoch IN (SELECT epoch FROM epoch) AND c.source_no = source_server.source_no AND c.ended_at IS NOT NULL), 0))
        """;

    /// <summary>Raises the numbers when the file is a backup that no broker has opened.</summary>
    public static void CheckCopy(SqliteSession session, DateTimeOffset now)
    {
        if (session["SELECT is_copy FROM numbering"].Scalar() == 1)
        {
            Raise(session, now);
        }
    }

    /// <summary>Makes the numbers of all source servers, and of those to come, go on from the instant's floor.</summary>
    /// <returns>How many source servers there are.</returns>
    /// <exception cref="InvalidOperationException">The clock is behind that of an earlier restore.</exception>
    public static long Raise(SqliteSession session, DateTimeOffset now)
    {
        long floor = NumberFloor.At(now);
        session.Execute("BEGIN IMMEDIATE");
        try
        {
            long highest = session[$"SELECT max(coalesce(max({Last}), 0), (SELECT floor FROM numbering)) FROM source_server"].Scalar() ?? 0;
            if (highest >= floor)
            {
                throw NumberFloor.Refused(floor, highest);
            }

            int raised = session[$"UPDATE source_server SET skipped_count = skipped_count + ?1 - {Last}, seq_floor = ?1"].Bind(1, floor).Run();
            session["UPDATE numbering SET floor = ?1, raised_at = ?2, is_copy = 0"].Bind(1, floor).Bind(2, now.UtcTicks).Run();
            session.Execute("COMMIT");
            return raised;
        }
        catch
        {
            session.Execute("ROLLBACK");
            throw;
        }
    }
}
