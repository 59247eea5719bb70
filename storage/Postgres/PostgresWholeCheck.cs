using CommandBroker.Storage.Verification;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>What a verification asks of the database as a whole. Each question answers at most 100 rows.</summary>
internal static class PostgresWholeCheck
{
    private const string Orphans = """
        select source_no, count(*) from command c
        where not exists (select from source_server s where s.source_no = c.source_no) group by 1 order by 1 limit 100
        """;

    private static readonly string Strays = $"""
        select s.server_id, count(*) from stray_report r join source_server s using (source_no)
        group by 1 having count(*) > {QueueCommit.MaxStrayReports} order by 1 limit 100
        """;

    private const string Totals = """
        select project_id, coalesce(t.registered_count, 0), coalesce(s.count, 0) from project_total t
        full join (select project_id, count(*) as count from source_server where deleted_at is null group by 1) s using (project_id)
        where coalesce(t.registered_count, 0) <> coalesce(s.count, 0) order by 1 limit 100
        """;

    public static async Task<IReadOnlyList<StoreFinding>> RunAsync(Func<Task<NpgsqlConnection>> connect, CancellationToken cancellationToken)
    {
        List<StoreFinding> findings = [];
        await AddAsync(Orphans, row => new(StoreInvariant.NothingIsLost, null, null,
            $"{row.GetInt64(1)} commands belong to source server number {row.GetInt64(0)}, which is not there"));
        await AddAsync(Strays, row => new(StoreInvariant.SizesAreBounded, row.GetString(0), null,
            $"{row.GetInt64(1)} reports that ended nothing are kept; {QueueCommit.MaxStrayReports} are allowed"));
        await AddAsync(Totals, row => new(StoreInvariant.SizesAreBounded, null, null,
            $"project {row.GetString(0)} counts {row.GetInt64(1)} source servers and has {row.GetInt64(2)}"));
        return findings;

        async Task AddAsync(string sql, Func<NpgsqlDataReader, StoreFinding> read)
        {
            try
            {
                await using var query = new NpgsqlCommand(sql, await connect());
                await using NpgsqlDataReader reader = await query.ExecuteReaderAsync(cancellationToken);
                while (await reader.ReadAsync(cancellationToken))
                {
                    findings.Add(read(reader));
                }
            }
            catch (PostgresException fault) when (PostgresFaults.IsDamage(fault))
            {
                findings.Add(new(StoreInvariant.EverythingIsReadable, null, null, $"PostgreSQL found its file damaged: {fault.MessageText}"));
            }
            catch (NpgsqlException fault)
            {
                throw PostgresFaults.ForOperator(fault);
            }
        }
    }
}
