using System.Diagnostics;
using CommandBroker.Storage.Postgres;
using CommandBroker.Testing;
using Npgsql;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>Steps of the schema that are made up here, on a database that is in use. A pause between two attempts is where a test looks and acts.</summary>
public sealed class PostgresMigrationTests : IAsyncLifetime
{
    private readonly PostgresFixture _fixture = new();

    public Task InitializeAsync() => _fixture.OpenAsync();

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    [PostgresFact]
    public async Task An_open_transaction_holds_a_step_back_and_nobody_else()
    {
        await using NpgsqlConnection reader = await _fixture.ConnectAsync();
        await using NpgsqlTransaction open = await reader.BeginTransactionAsync();
        await RunAsync(reader, "select count(*) from command");
        int pauses = 0;

        await ApplyAsync(
            Step("alter table command add column extra bigint;"),
            async () =>
            {
                // Whoever came while the step waited for its lock would wait now, too, if it had not gone out of the way.
                Assert.Equal(0L, await _fixture.ScalarAsync("set lock_timeout = '1ms'; select count(*) from command"));
                if (++pauses == 2)
                {
                    await open.CommitAsync();
                }
            });

        Assert.Equal(2, pauses);
        Assert.Equal(0L, await _fixture.ScalarAsync("select count(extra) from command"));
    }

    [PostgresFact]
    public async Task A_transaction_that_does_not_end_is_named_and_the_next_attempt_goes_on()
    {
        await using NpgsqlConnection reader = await _fixture.ConnectAsync();
        await using NpgsqlTransaction open = await reader.BeginTransactionAsync();
        await RunAsync(reader, "select count(*) from command");
        Migration step = Step("create table made_first (id bigint);\n-- part: transaction\nalter table command add column extra bigint;");

        var waits = await Assert.ThrowsAsync<StoreUnavailableException>(() => ApplyAsync(step));

        Assert.Contains($"process {reader.ProcessID}", waits.Message, StringComparison.Ordinal);
        Assert.Contains(step.Name, waits.Message, StringComparison.Ordinal);
        await open.CommitAsync();
        await ApplyAsync(step);
        Assert.Equal(1L, await _fixture.ScalarAsync("select count(*) from schema_step where version = 9001"));
        Assert.Equal(0L, await _fixture.ScalarAsync("select count(*) from schema_part"));
    }

    [PostgresFact]
    public async Task A_running_dump_holds_a_step_back_and_nobody_else()
    {
        await _fixture.ScalarAsync("""
            insert into source_server (server_id, name, name_folded, os_type, details, registered_at)
            select i::text, '', '', '', repeat(i::text, 100), 1 from generate_series(1, 5000) i
            """);
        using Process dump = await StartDumpAsync();
        int pauses = 0;

        await ApplyAsync(
            Step("alter table command add column extra bigint;\n-- part: concurrently\ncreate index concurrently if not exists extra on source_server (name);"),
            async () =>
            {
                Assert.Equal(0L, await _fixture.ScalarAsync("set lock_timeout = '1ms'; select count(*) from command"));
                if (++pauses == 1)
                {
                    await dump.StandardOutput.ReadToEndAsync();
                    await dump.WaitForExitAsync();
                }
            });

        Assert.NotEqual(0, pauses);
        Assert.Equal(0, dump.ExitCode);
        Assert.Equal(true, await _fixture.ScalarAsync("select indisvalid from pg_index where indexrelid = 'extra'::regclass"));
    }

    [PostgresFact]
    public async Task Brokers_that_start_together_build_an_index_once_while_the_others_wait_their_turn()
    {
        Migration step = Step("-- part: concurrently\ncreate index concurrently if not exists extra on command (version);");

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ApplyAsync(step, () => Task.Delay(1))));

        Assert.Equal(1L, await _fixture.ScalarAsync("select count(*) from schema_step where version = 9001"));
        Assert.Equal(true, await _fixture.ScalarAsync("select indisvalid from pg_index where indexrelid = 'extra'::regclass"));
    }

    [PostgresFact]
    public async Task An_index_of_a_build_that_was_cut_off_is_built_anew()
    {
        await _fixture.ScalarAsync("create table twice as select 1 as id from generate_series(1, 2)");
        Migration step = Step("-- part: concurrently\ncreate unique index concurrently if not exists extra on twice (id);");
        await Assert.ThrowsAsync<PostgresException>(() => ApplyAsync(step));
        Assert.Equal(false, await _fixture.ScalarAsync("select indisvalid from pg_index where indexrelid = 'extra'::regclass"));

        await _fixture.ScalarAsync("truncate twice");
        await ApplyAsync(step);

        Assert.Equal(true, await _fixture.ScalarAsync("select indisvalid from pg_index where indexrelid = 'extra'::regclass"));
    }

    [PostgresFact]
    public async Task Rows_are_changed_in_batches_and_those_of_an_attempt_that_was_cut_off_stay()
    {
        await _fixture.ScalarAsync("create table many as select i as id, 0 as done from generate_series(1, 10) i");
        const string Batches = "-- part: batches\nupdate many set done = {0} where id = any(array(select id from many where done = 0 order by id limit 3));";
        await Assert.ThrowsAsync<PostgresException>(() => ApplyAsync(Step(string.Format(null, Batches, "1 + (0 / (id - 8))"))));
        Assert.Equal(6L, await _fixture.ScalarAsync("select count(*) from many where done <> 0"));

        await ApplyAsync(Step(string.Format(null, Batches, "1")));

        Assert.Equal(10L, await _fixture.ScalarAsync("select count(*) from many where done <> 0"));
    }

    [PostgresFact]
    public async Task Work_has_no_time_limit()
    {
        await ApplyAsync(Step("select pg_sleep(1.5);"), settings: "Command Timeout=1;Options=-c statement_timeout=500");

        Assert.Equal(1L, await _fixture.ScalarAsync("select count(*) from schema_step where version = 9001"));
    }

    [PostgresFact]
    public async Task A_step_that_fails_leaves_nothing_behind_and_lets_the_next_broker_try()
    {
        await Assert.ThrowsAsync<PostgresException>(() => ApplyAsync(Step("create table half (id bigint); select 1 / 0;")));

        await ApplyAsync(Step("create table half (id bigint);"));

        Assert.Equal(1L, await _fixture.ScalarAsync("select count(*) from schema_step where version = 9001"));
    }

    [PostgresFact]
    public async Task A_database_of_the_release_before_loses_the_index_of_old_rows_and_the_details_of_what_is_deleted()
    {
        await _fixture.ScalarAsync("""
            drop table retention;
            drop index source_server_deleted;
            delete from schema_step where version = 8;
            create index command_added on command using brin (added_at);
            insert into source_server (server_id, name, name_folded, os_type, details, registered_at, deleted_at)
            select i::text, '', '', '', '{"ip":"10.0.0.1"}', 1, case when i > 1 then 2 end from generate_series(1, 2500) i;
            """);

        await _fixture.ReopenAsync();

        Assert.Equal(DBNull.Value, await _fixture.ScalarAsync("select to_regclass('command_added')::text"));
        Assert.Equal(1L, await _fixture.ScalarAsync("select count(*) from source_server where details <> '{}'"));
        Assert.Equal(true, await _fixture.ScalarAsync("select indisvalid from pg_index where indexrelid = 'source_server_deleted'::regclass"));
    }

    [Fact]
    public void A_part_of_an_unknown_kind_is_refused()
    {
        var refused = Assert.Throws<FormatException>(() => Step("select 1;\n-- part: slowly\nselect 2;"));

        Assert.Contains("slowly", refused.Message, StringComparison.Ordinal);
    }

    private static Migration Step(string script) => Migration.Parse("9001_step.sql", script);

    private async Task ApplyAsync(Migration step, Func<Task>? onPause = null, string settings = "")
    {
        await using var connection = new NpgsqlConnection($"{_fixture.ConnectionString};Pooling=false;{settings}");
        await connection.OpenAsync();
        await PostgresMigrations.ApplyAsync(
            connection, [.. Migration.Known(), step], Samples.Noon, (_, _) => onPause?.Invoke() ?? Task.CompletedTask, CancellationToken.None);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A dump that has its locks and its snapshot, and that goes on when its output is read.</summary>
    private async Task<Process> StartDumpAsync()
    {
        var to = new NpgsqlConnectionStringBuilder(_fixture.ConnectionString);
        var start = new ProcessStartInfo(
            Path.Combine(PostgresBinaries.Directory!, "pg_dump"), ["-h", to.Host!, "-p", $"{to.Port}", "-U", to.Username!, "-d", to.Database!])
        {
            RedirectStandardOutput = true,
        };
        Process dump = Process.Start(start)!;
        await dump.StandardOutput.ReadLineAsync();
        return dump;
    }
}
