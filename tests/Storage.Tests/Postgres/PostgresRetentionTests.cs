using CommandBroker.Core;
using CommandBroker.Storage.Postgres;
using CommandBroker.Testing;
using Npgsql;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>What retention costs PostgreSQL, and what may not stop it. Rows are made by the server; nobody reads what they hold.</summary>
public sealed class PostgresRetentionTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = Samples.Noon;

    private readonly PostgresFixture _fixture = new();

    public async Task InitializeAsync()
    {
        await _fixture.OpenAsync();
        // Its reading would count, too.
        await _fixture.ScalarAsync("alter table command set (autovacuum_enabled = false)");
        await _fixture.RegisterAsync("a");
    }

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    [PostgresFact]
    public async Task With_nothing_due_a_run_reads_less_than_a_hundredth_of_the_table_also_when_its_pages_were_used_again()
    {
        await AddAsync(1, 200_000, Now.AddDays(-30));
        await _fixture.ScalarAsync("delete from command");
        await _fixture.ScalarAsync("vacuum command");
        await AddAsync(200_001, 200_000, Now);
        long pages = (long)(await _fixture.ScalarAsync("select pg_relation_size('command') / 8192"))!;
        long before = await ReadPagesAsync();

        Assert.Equal(0, await _fixture.Commands.PurgeAsync(Now.AddDays(-7), 1_000));

        long read;
        do
        {
            // A session's counters come when it has ended.
            read = await ReadPagesAsync() - before;
        }
        while (read == 0);
        Assert.InRange(read, 1, pages / 100);
    }

    [PostgresFact]
    public async Task It_keeps_up_for_weeks_while_pages_are_used_again_and_again()
    {
        var sizes = new List<long>();
        for (int day = 0; day < 30; day++)
        {
            // Some last a day, some nine.
            await AddAsync(1 + (day * 2_000L), 2_000, Now.AddDays(day), "{0} + (i * 7919 % 9) * 864000000000");
            for (int run = 0; run < 3; run++)
            {
                await PurgeAllAsync(Now.AddDays(day - 7), share: 10.0 / (7 * 3));
            }

            await _fixture.ScalarAsync("vacuum command");
            sizes.Add((long)(await _fixture.ScalarAsync("select pg_relation_size('command')"))!);
        }

        Assert.InRange(sizes[^1], 0, sizes[20] * 5 / 4);
        Assert.InRange((long)(await _fixture.ScalarAsync("select count(*) from command"))!, 2_000 * 7, 2_000 * 15);
        Assert.Equal(30L * 2_000, await _fixture.ScalarAsync("select (select count(*) from command) + (select removed_count from source_server)"));
    }

    [PostgresFact]
    public async Task A_row_with_a_future_time_and_an_old_open_command_do_not_stop_it()
    {
        await AddAsync(1, 1_000, Now.AddDays(-30));
        await AddAsync(1_001, 1, Now.AddYears(1));
        await AddAsync(1_002, 1_000, Now.AddDays(-30));
        await _fixture.ScalarAsync("update command set ended_at = null, state = 0 where seq = 1");

        await PurgeAllAsync(Now);

        Assert.Equal("1 1001", await _fixture.ScalarAsync("select string_agg(seq::text, ' ' order by seq) from command"));
    }

    [PostgresFact]
    public async Task One_broker_purges_at_a_time_and_the_next_goes_on()
    {
        await AddAsync(1, 10, Now.AddDays(-30));
        await using (NpgsqlConnection other = await _fixture.ConnectAsync())
        {
            await using var hold = new NpgsqlCommand("select pg_advisory_lock(x'436d6442726b5075'::bigint)", other);
            await hold.ExecuteNonQueryAsync();
            Assert.Equal(0, await _fixture.Commands.PurgeAsync(Now, 100));
            await using var release = new NpgsqlCommand("select pg_advisory_unlock_all()", other);
            await release.ExecuteNonQueryAsync();
        }

        Assert.Equal(10, await _fixture.Commands.PurgeAsync(Now, 100));
    }

    [PostgresFact]
    public async Task A_purge_that_fails_costs_nobody_a_connection()
    {
        await _fixture.Sources.ExistsAsync(SourceServerKey.Parse("a"));
        string[] before = await ConnectionsAsync();
        await _fixture.ScalarAsync("alter table retention rename to elsewhere");

        await Assert.ThrowsAsync<StoreRefusedException>(() => _fixture.Commands.PurgeAsync(Now, 100));

        await _fixture.Sources.ExistsAsync(SourceServerKey.Parse("a"));
        Assert.NotEmpty(before.Intersect(await ConnectionsAsync()));
        await _fixture.ScalarAsync("alter table elsewhere rename to retention");
        Assert.Equal(0, await _fixture.Commands.PurgeAsync(Now, 100));
    }

    [PostgresFact]
    public async Task The_row_of_a_deleted_source_server_stays_as_long_as_its_history_and_keeps_no_details()
    {
        await AddAsync(1, 10, Now);
        await _fixture.ScalarAsync("update source_server set seq_floor = 0");
        await _fixture.Sources.DeleteAsync(SourceServerKey.Parse("a"), Now.AddHours(1));
        Assert.Equal("{}", await _fixture.ScalarAsync("select details from source_server"));

        await PurgeAllAsync(Now);
        Assert.Equal(1L, await _fixture.ScalarAsync("select count(*) from source_server"));
        await PurgeAllAsync(Now.AddHours(2));

        Assert.Equal(0L, await _fixture.ScalarAsync("select count(*) from source_server"));
        Assert.Equal(10L, (await _fixture.RegisterAsync("a")).State.LastSeq);
    }

    [PostgresFact]
    public async Task A_registration_beside_the_removal_of_its_old_row_begins_above_its_numbers()
    {
        await _fixture.ScalarAsync("update source_server set seq_floor = 500, removed_count = 500");
        await _fixture.Sources.DeleteAsync(SourceServerKey.Parse("a"), Now);
        await using NpgsqlConnection removal = await _fixture.ConnectAsync();
        await using NpgsqlTransaction transaction = await removal.BeginTransactionAsync();
        await using var remove = new NpgsqlCommand("update numbering set floor = 500; delete from source_server", removal, transaction);
        await remove.ExecuteNonQueryAsync();

        Task<StoredQueue> registration = _fixture.RegisterAsync("a");
        while (await _fixture.ScalarAsync("select count(*) from pg_locks where not granted") is 0L)
        {
            Assert.False(registration.IsCompleted);
        }

        await transaction.CommitAsync();
        Assert.Equal(500L, (await registration).State.LastSeq);
    }

    private async Task PurgeAllAsync(DateTimeOffset endedBefore, double share = ICommandStore.LeastPurgeShare)
    {
        while (await _fixture.Commands.PurgeAsync(endedBefore, 1_000, share) == 1_000)
        {
            // As the service does.
        }
    }

    /// <summary>Adds ended commands of the shape that the broker writes.</summary>
    private Task AddAsync(long firstSeq, int count, DateTimeOffset endedAt, string when = "{0}") => _fixture.ScalarAsync($"""
        insert into command (source_no, seq, version, writer, state, delivery_count, redrive_count, delivered_at, ended_at, payload, outcome)
        select 1, {firstSeq} + i, 3, 1, 2, 1, 0, {endedAt.UtcTicks}, {string.Format(null, when, endedAt.UtcTicks)},
            convert_to(repeat('p', 100), 'UTF8'), convert_to(repeat('o', 80), 'UTF8')
        from generate_series(0, {count - 1}) i
        """);

    private async Task<long> ReadPagesAsync() =>
        (long)(await _fixture.ScalarAsync("select coalesce(heap_blks_read + heap_blks_hit, 0) from pg_statio_user_tables where relname = 'command'"))!;

    private async Task<string[]> ConnectionsAsync() => (string[])(await _fixture.ScalarAsync("""
        select array_agg(pid::text) from pg_stat_activity
        where datname = current_database() and application_name = 'commandbroker' and state = 'idle' and pid <> pg_backend_pid()
        """))!;
}
