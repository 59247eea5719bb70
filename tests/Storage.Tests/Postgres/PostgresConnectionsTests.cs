using CommandBroker.Core;
using CommandBroker.Storage.Batching;
using CommandBroker.Storage.Postgres;
using CommandBroker.Testing;
using Npgsql;
using Xunit;

namespace CommandBroker.Storage.Tests;

public sealed class PostgresConnectionsTests
{
    [Theory]
    [InlineData("Host=db", 50)]
    [InlineData("Host=db;Max Auto Prepare=0", 0)]
    [InlineData("Host=db;maxautoprepare=7", 7)]
    public async Task Statements_are_prepared_unless_the_operator_says_otherwise(string given, int prepared)
    {
        await using var connections = new PostgresConnections(given);
        Assert.Equal(prepared, new NpgsqlConnectionStringBuilder(connections.ConnectionString).MaxAutoPrepare);
    }

    /// <summary>A fleet registers, or a backup is restored, long before the server counts what is there.</summary>
    [PostgresFact]
    public async Task A_load_keeps_one_plan_and_finds_each_queue_by_its_key_before_there_are_statistics()
    {
        await using PostgresFixture fixture = await OpenWithoutStatisticsAsync();
        await using var connections = new PostgresConnections(fixture.ConnectionString + ";Maximum Pool Size=1");
        var loader = new QueueLoader(connections);
        for (int count = 1; count <= 20; count++)
        {
            PendingLookup<SourceServerKey, StoredQueue?>[] lookups = [.. Enumerable.Range(1, count).Select(i => new PendingLookup<SourceServerKey, StoredQueue?>(SourceServerKey.Parse($"s-{i}")))];
            await loader.LoadAsync(lookups);
            Assert.All(lookups, lookup => Assert.True(lookup.Task is { IsCompletedSuccessfully: true, Result: not null }));
        }

        await AssertOnePlanByKeyAsync(connections, "%has_overrides%", "'{s-1,s-2}'");
    }

    /// <summary>Every second, while a fleet registers.</summary>
    [PostgresFact]
    public async Task Visits_are_written_by_key_before_there_are_statistics()
    {
        await using PostgresFixture fixture = await OpenWithoutStatisticsAsync();
        await using var connections = new PostgresConnections(fixture.ConnectionString + ";Maximum Pool Size=1");
        using var instruments = new StoreInstruments();
        await using var store = new PostgresSourceServerStore(connections, new StorageOptions(), instruments);
        for (int count = 1; count <= 20; count++)
        {
            var at = new DateTimeOffset(2026, 11, 24, 12, 0, count, TimeSpan.Zero);
            await store.RecordVisitsAsync([.. Enumerable.Range(1, 100 * count).Select(i => KeyValuePair.Create(SourceServerKey.Parse($"s-{i}"), at))]);
        }

        await AssertOnePlanByKeyAsync(connections, "%set last_visit_at%", "'{s-1,s-2}', '{1,2}'");
        Assert.Equal(20, (await store.FindAsync(SourceServerKey.Parse("s-2000")))!.LastVisitAt!.Value.Second);
    }

    /// <summary>20,000 source servers that the server has not counted yet.</summary>
    private static async Task<PostgresFixture> OpenWithoutStatisticsAsync()
    {
        var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        await fixture.ExecuteAsync("alter table source_server set (autovacuum_enabled = off)");
        await fixture.ExecuteAsync("""
            insert into source_server (server_id, name, name_folded, os_type, details, registered_at)
            select 's-' || i, 'web', 'WEB', 'LINUX', '{}', 639000000000000000 from generate_series(1, 20000) i
            """);
        return fixture;
    }

    private static async Task AssertOnePlanByKeyAsync(PostgresConnections connections, string statement, string arguments)
    {
        (string name, long kept) = await connections.RunAsync(connection => FirstAsync(
            connection, $"select name, generic_plans from pg_prepared_statements where statement like '{statement}'", row => (row.GetString(0), row.GetInt64(1))));
        string plan = await connections.RunAsync(connection => FirstAsync(connection, $"explain (format json) execute {name}({arguments})", row => row.GetString(0)));

        Assert.InRange(kept, 5, 20);
        Assert.Contains("source_server_server_id_key", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("source_server_project", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
    }

    private static async Task<T> FirstAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var query = new NpgsqlCommand(sql, connection);
        await using NpgsqlDataReader row = await query.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        return read(row);
    }
}
