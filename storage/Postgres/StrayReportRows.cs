using System.Text;
using CommandBroker.Core;
using Npgsql;
using NpgsqlTypes;

namespace CommandBroker.Storage.Postgres;

/// <summary>Reads and writes the reports that ended no command.</summary>
internal static class StrayReportRows
{
    // The same report twice is the same commit written again.
    private const string Insert = """
        insert into stray_report (source_no, reported_at, reason, seq, result, name, result_detail, reported_by)
        select $1, $2, $3, $4, $5, $6, $7, $8
        where not exists (select from stray_report
            where source_no = $1 and reported_at = $2 and reason = $3 and seq is not distinct from $4 and name = $6 and result_detail = $7)
        """;

    private const string Trim = """
        delete from stray_report
        where source_no = $1 and stray_no <= (select stray_no from stray_report where source_no = $1 order by stray_no desc offset $2 limit 1)
        """;

    private const string Select = """
        select reason, name, seq, result, result_detail, reported_at, reported_by
        from stray_report where source_no = $1 order by stray_no desc limit $2 offset $3
        """;

    /// <summary>Adds the reports of a batch and keeps the newest <see cref="QueueCommit.MaxStrayReports"/> of each source server.</summary>
    public static async Task AddAsync(NpgsqlConnection connection, IEnumerable<PostgresCommit> commits)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (PostgresCommit commit in commits)
        {
            if (commit.Commit.Stray is { } stray)
            {
                batch.BatchCommands.Add(InsertOf(commit.Commit.SourceNo, stray));
                batch.BatchCommands.Add(new NpgsqlBatchCommand(Trim)
                {
                    Parameters = { new() { Value = commit.Commit.SourceNo }, new() { Value = (long)QueueCommit.MaxStrayReports } },
                });
            }
        }

        // A report that is there already writes nothing, and a transaction that wrote nothing waits for no standby.
        batch.BatchCommands.Add(new NpgsqlBatchCommand(StandbyWatch.Barrier));
        await batch.ExecuteNonQueryAsync();
    }

    /// <summary>The newest first, behind so many.</summary>
    public static async Task<IReadOnlyList<StrayReport>> ReadAsync(NpgsqlConnection connection, long sourceNo, int offset, int limit)
    {
        await using var query = new NpgsqlCommand(Select, connection)
        {
            Parameters = { new() { Value = sourceNo }, new() { Value = (long)limit }, new() { Value = (long)offset } },
        };
        List<StrayReport> reports = [];
        await using NpgsqlDataReader reader = await query.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            reports.Add(new StrayReport
            {
                Reason = (StrayReason)reader.GetInt16(0),
                Name = Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(1)),
                Seq = reader.IsDBNull(2) ? null : reader.GetInt64(2),
                Result = (ReportResult)reader.GetInt16(3),
                ResultDetail = Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(4)),
                ReportedAt = new DateTimeOffset(reader.GetInt64(5), TimeSpan.Zero),
                ReportedBy = Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(6)),
            });
        }

        return reports;
    }

    private static NpgsqlBatchCommand InsertOf(long sourceNo, StrayReport stray) => new(Insert)
    {
        Parameters =
        {
            new() { Value = sourceNo },
            new() { Value = stray.ReportedAt.UtcTicks },
            new() { Value = (short)stray.Reason },
            new() { Value = (object?)stray.Seq ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
            new() { Value = (short)stray.Result },
            new() { Value = Encoding.UTF8.GetBytes(stray.Name) },
            new() { Value = Encoding.UTF8.GetBytes(stray.ResultDetail) },
            new() { Value = Encoding.UTF8.GetBytes(stray.ReportedBy) },
        },
    };
}
