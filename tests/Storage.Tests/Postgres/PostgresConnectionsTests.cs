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
        using var loader = new QueueLoader(connections, connections);
        for (int count = 1; count <= 20; count++)
        {
            PendingLookup<SourceServerKey, StoredQueue?>[] lookups = [.. Enumerable.Range(1, count).Select(i => new PendingLookup<SourceServerKey, StoredQueue?>(SourceServerKey.Parse($"s-{i}")))];
            await loader.LoadAsync(lookups);
            Assert.All(lookups, lookup => Assert.True(lookup.Task is { IsCompletedSuccessfully: true, Result: not null }));
        }

        await AssertOnePlanByKeyAsync(connections, "%has_overrides%", "'{s-1,s-2}'");
    }

    /// <summary>A silo that starts is asked for hundreds of full queues at once: together they would outlast every deadline, and be asked for again.</summary>
    [PostgresFact]
    public async Task A_load_reads_full_queues_in_parts_that_are_bounded_in_bytes()
    {
        const int Count = 64;
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        string param = $$"""{"x":"{{new string('x', 60_000)}}"}""";
        for (int i = 1; i <= Count; i++)
        {
            StoredQueue queue = await fixture.RegisterAsync($"s-{i}");
            Command[] commands = [.. Enumerable.Range(1, 10).Select(seq => Samples.Pending(seq) with { Param = param })];
            Assert.Equal(CommitStatus.Committed, await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Commands = [.. commands], OpenFrom = 1 }));
        }

        await using var connections = new PostgresConnections(fixture.ConnectionString + ";Maximum Pool Size=1;Auto Prepare Min Usages=1");
        using var loader = new QueueLoader(connections, connections);
        PendingLookup<SourceServerKey, StoredQueue?>[] lookups = [.. Enumerable.Range(1, Count).Select(i => new PendingLookup<SourceServerKey, StoredQueue?>(SourceServerKey.Parse($"s-{i}")))];
        await loader.LoadAsync(lookups);
        await loader.LoadAsync([.. Enumerable.Range(1, Count).Select(i => new PendingLookup<SourceServerKey, StoredQueue?>(SourceServerKey.Parse($"s-{i}")))]);

        Assert.All(lookups, lookup => Assert.Equal(10, lookup.Task.Result!.State.Open.Length));
        (string _, long read) = await connections.RunAsync(connection => FirstAsync(
            connection, "select name, generic_plans + custom_plans from pg_prepared_statements where statement like 'select s.server_id%'", row => (row.GetString(0), row.GetInt64(1))));

        // 13 of them have 8 MB: 32, before it is known, 13, 13 and 6; and 5 reads the second time.
        Assert.InRange(read, 8, 10);
    }

    [PostgresFact]
    public async Task A_change_whose_caller_was_told_that_it_came_to_no_end_is_not_committed()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        await using var connections = new PostgresConnections(fixture.ConnectionString, commitTimeout: TimeSpan.FromSeconds(1));
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int tries = 0;
        Task<int> change = connections.ChangeAsync(async connection =>
        {
            await using var insert = new NpgsqlCommand("create table late ()", connection);
            await insert.ExecuteNonQueryAsync();
            tries++;
            await told.Task;
            ended.SetResult();
            return 0;
        });

        await Assert.ThrowsAsync<StoreUnavailableException>(() => change);
        told.SetResult();
        await ended.Task;

        // The connection is the only way to see that its transaction has ended: the table's lock is gone, and the table with it.
        await fixture.ExecuteAsync("create table late ()");
        Assert.Equal(1, tries);
    }

    [PostgresFact]
    public async Task Nothing_is_tried_again_once_its_caller_was_told_that_it_came_to_no_end()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        await using var connections = new PostgresConnections(fixture.ConnectionString + ";Maximum Pool Size=1", commitTimeout: TimeSpan.FromSeconds(1));
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int tries = 0;
        Task<int> change = connections.RunAsync<int>(async _ =>
        {
            tries++;
            await told.Task;
            throw new IOException("The connection was lost.");
        });

        await Assert.ThrowsAsync<StoreUnavailableException>(() => change);
        told.SetResult();
        await connections.RunAsync(_ => Task.FromResult(0));

        Assert.Equal(1, tries);
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
