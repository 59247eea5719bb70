using CommandBroker.Core;

namespace CommandBroker.Storage.Sqlite;

/// <summary>The reports that ended no command.</summary>
internal static class SqliteStrayReports
{
    public static void Add(SqliteSession session, long sourceNo, StrayReport stray)
    {
        session["""
            INSERT INTO stray_report (source_no, reason, name, seq, result, result_detail, reported_at, reported_by)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """]
            .Bind(1, sourceNo)
            .Bind(2, (long)stray.Reason)
            .Bind(3, stray.Name)
            .Bind(4, stray.Seq)
            .Bind(5, (long)stray.Result)
            .Bind(6, stray.ResultDetail)
            .Bind(7, stray.ReportedAt.UtcTicks)
            .Bind(8, stray.ReportedBy)
            .Run();
        session["""
            DELETE FROM stray_report WHERE row_no IN
                (SELECT row_no FROM stray_report WHERE source_no = ?1 ORDER BY row_no DESC LIMIT -1 OFFSET ?2)
            """].Bind(1, sourceNo).Bind(2, QueueCommit.MaxStrayReports).Run();
    }

    public static IReadOnlyList<StrayReport> Read(SqliteSession session, long sourceNo, int offset, int limit)
    {
        var reports = new List<StrayReport>();
        SqliteStatement row = session["""
            SELECT reason, name, seq, result, result_detail, reported_at, reported_by
            FROM stray_report WHERE source_no = ?1 ORDER BY row_no DESC LIMIT ?2 OFFSET ?3
            """].Bind(1, sourceNo).Bind(2, limit).Bind(3, offset);
        while (row.Step())
        {
            reports.Add(new StrayReport
            {
                Reason = (StrayReason)row.Int64(0),
                Name = row.Text(1),
                Seq = row.NullableInt64(2),
                Result = (ReportResult)row.Int64(3),
                ResultDetail = row.Text(4),
                ReportedAt = new DateTimeOffset(row.Int64(5), TimeSpan.Zero),
                ReportedBy = row.Text(6),
            });
        }

        return reports;
    }

    public static int Purge(SqliteSession session, DateTimeOffset before, int limit) => session["""
        DELETE FROM stray_report WHERE row_no IN (SELECT row_no FROM stray_report WHERE reported_at < ?1 LIMIT ?2)
        """].Bind(1, before.UtcTicks).Bind(2, limit).Run();
}
