using CommandBroker.Core;
using CommandBroker.Storage.Postgres;
using CommandBroker.Testing;
using Npgsql;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>A server that goes away, an answer that gets lost, and a transaction that holds back vacuum.</summary>
public sealed class PostgresFaultTests
{
    private const int SourceCount = 20;

    [PostgresFact(OwnServer = true)]
    public async Task Nothing_acknowledged_is_lost_when_the_server_stops_and_starts_under_traffic()
    {
        await using PostgresServer server = await PostgresServer.StartOwnAsync();
        await using var fixture = new PostgresFixture(server);
        await fixture.OpenAsync();
        StoredQueue[] queues = await RegisterAsync(fixture);
        using var stopping = new CancellationTokenSource();
        var started = new CountdownEvent(SourceCount);
        Task<long>[] traffic = [.. queues.Select((queue, i) => EnqueueUntilAsync(fixture, queue, i, started, stopping.Token))];
        started.Wait();

        for (int round = 0; round < 2; round++)
        {
            await server.StopAsync();
            await server.StartAgainAsync();
            await CommitWhenBackAsync(fixture, await LoadWhenBackAsync(fixture, "s-0"));
        }

        await stopping.CancelAsync();
        long[] acknowledged = await Task.WhenAll(traffic);
        for (int i = 0; i < SourceCount; i++)
        {
            StoredQueue queue = await LoadWhenBackAsync(fixture, $"s-{i}");
            Assert.True(acknowledged[i] > 0);
            Assert.Superset(
                Enumerable.Range(1, (int)acknowledged[i]).Select(seq => (long)seq).ToHashSet(),
                queue.State.Open.Select(command => command.Seq).ToHashSet());
        }
    }

    /// <summary>The former server may have shown what no standby has: a repeated call was acknowledged by it, and it was nowhere.</summary>
    [PostgresFact]
    public async Task What_was_read_from_a_server_that_another_one_replaced_is_neither_vouched_for_nor_written_on()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        StoredQueue queue = await fixture.RegisterAsync("a");
        QueueCommit commit = new() { SourceNo = queue.SourceNo, Commands = [Samples.Pending(1)], Lineage = queue.Lineage };

        Assert.Equal(CommitStatus.Conflict, await fixture.Commands.CommitAsync(commit with { Lineage = "00000000" }));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => fixture.Commands.VouchAsync("00000000"));
        Assert.Empty((await LoadWhenBackAsync(fixture, "a")).State.Open);

        Assert.StartsWith("00000001/", queue.Lineage, StringComparison.Ordinal);
        Assert.Equal(CommitStatus.Committed, await fixture.Commands.CommitAsync(commit));
        await fixture.Commands.VouchAsync(queue.Lineage);
    }

    /// <summary>The connection for commits may lead to the former server while queues are read from the one that took over.</summary>
    [PostgresFact]
    public async Task A_server_older_than_the_one_that_was_read_from_is_given_up_for_a_new_connection()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        StoredQueue queue = await fixture.RegisterAsync("a");
        await using var database = new PostgresDatabase(
            new StorageOptions { ConnectionString = fixture.ConnectionString + ";Application Name=hurried", CommitTimeout = TimeSpan.FromSeconds(1) });
        QueueCommit commit = new() { SourceNo = queue.SourceNo, Commands = [Samples.Pending(1)], Lineage = "00000002" };
        await database.Commands.VouchAsync();
        const string Session = "select string_agg(pid::text, ' ') from pg_stat_activity where application_name = 'hurried' and query like '%emit_message%'";
        object? before = await fixture.ScalarAsync(Session);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => database.Commands.CommitAsync(commit));
        await database.Commands.VouchAsync();

        Assert.NotEqual(before, await fixture.ScalarAsync(Session));
        Assert.Empty((await LoadWhenBackAsync(fixture, "a")).State.Open);
    }

    [PostgresFact]
    public async Task A_commit_whose_connection_is_cut_is_answered_once_and_truly()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        StoredQueue queue = await fixture.RegisterAsync("a");
        await using NpgsqlConnection killer = await fixture.ConnectAsync();
        await using var kill = new NpgsqlCommand(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and query like 'with fresh%'", killer);

        for (long seq = 1; seq <= 30; seq++)
        {
            Task<CommitStatus> commit = CommitAsync(fixture, queue, Samples.Pending(seq, $"key-{seq}"));
            await kill.ExecuteNonQueryAsync();
            Assert.Equal(CommitStatus.Committed, await commit);
        }

        Assert.Equal(30, (await fixture.LoadAsync("a")).State.Open.Length);
    }

    [PostgresTheory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task What_the_server_undoes_to_end_a_deadlock_is_done_again_once(int deadlocks, bool succeeds)
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        await using var connections = new PostgresConnections(fixture.ConnectionString);
        int calls = 0;

        Task<int> call = connections.RunAsync(async connection =>
        {
            await using var work = new NpgsqlCommand(
                ++calls <= deadlocks ? "do $$ begin raise exception 'deadlock' using errcode = 'deadlock_detected'; end $$" : "select 1", connection);
            return await work.ExecuteNonQueryAsync();
        });

        if (succeeds)
        {
            await call;
        }
        else
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => call);
        }

        Assert.Equal(2, calls);
    }

    [PostgresFact]
    public async Task Of_two_brokers_that_write_one_command_one_wins_and_the_other_is_told()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        await using var other = fixture.Create();
        await other.OpenAsync(CancellationToken.None);
        StoredQueue queue = await fixture.RegisterAsync("a");

        for (long seq = 1; seq <= 30; seq++)
        {
            CommitStatus[] statuses = await Task.WhenAll(
                CommitAsync(fixture, queue, Samples.Pending(seq)),
                other.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Commands = [Samples.Pending(seq)] }));

            Assert.Equal([CommitStatus.Committed, CommitStatus.Conflict], statuses.Order());
        }
    }

    /// <summary>Only another activation writes meanwhile: the caller of the first still waits.</summary>
    [PostgresFact]
    public async Task A_commit_whose_answer_was_lost_and_that_was_written_over_since_is_unknown_and_no_conflict()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        StoredQueue queue = await fixture.RegisterAsync("a");
        var sent = new QueueCommit { SourceNo = queue.SourceNo, Commands = [Samples.Pending(1)] };
        await fixture.Commands.CommitAsync(sent);
        await CommitAsync(fixture, queue, Samples.Leased(Samples.Pending(1)));
        await using NpgsqlConnection connection = await fixture.ConnectAsync();

        PostgresCommit lost = new(sent);
        PostgresCommit fresh = new(sent);
        PostgresCommit others = new(new QueueCommit { SourceNo = queue.SourceNo, Commands = [Samples.Leased(Samples.Pending(1))] });
        await CommitCheck.AnswerAsync(connection, [lost, others], mayBeWritten: true);
        await CommitCheck.AnswerAsync(connection, [fresh], mayBeWritten: false);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => lost.Task);
        Assert.Equal((CommitStatus.Conflict, CommitStatus.Conflict), (await fresh.Task, await others.Task));
    }

    [PostgresFact]
    public async Task A_transaction_that_holds_back_vacuum_changes_no_answer()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        StoredQueue queue = await fixture.RegisterAsync("a");
        await using NpgsqlConnection reader = await fixture.ConnectAsync();
        await using NpgsqlTransaction held = await reader.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await using var look = new NpgsqlCommand("select count(*) from command", reader, held);
        await look.ExecuteScalarAsync();

        for (long seq = 1; seq <= 50; seq++)
        {
            Command command = Samples.Pending(seq);
            await CommitAsync(fixture, queue, command);
            await CommitAsync(fixture, queue, Samples.Leased(command));
            await CommitAsync(fixture, queue, Samples.Ended(Samples.Leased(command)));
            Assert.Empty((await fixture.LoadAsync("a")).State.Open);
        }

        Assert.Equal(0L, await look.ExecuteScalarAsync());
        Assert.Equal(50, (await fixture.Commands.ReadHistoryAsync(queue.SourceNo, null, 100)).Count);
    }

    private static async Task<StoredQueue[]> RegisterAsync(PostgresFixture fixture) =>
        await Task.WhenAll(Enumerable.Range(0, SourceCount).Select(i => fixture.RegisterAsync($"s-{i}")));

    /// <summary>Enqueues one after another; what is unknown after a fault is looked up, as a new activation would.</summary>
    private static async Task<long> EnqueueUntilAsync(PostgresFixture fixture, StoredQueue queue, int source, CountdownEvent started, CancellationToken stopping)
    {
        long acknowledged = 0;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await CommitAsync(fixture, queue, Samples.Pending(acknowledged + 1)) == CommitStatus.Committed && ++acknowledged == 1)
                {
                    started.Signal();
                }
            }
            catch (StoreUnavailableException)
            {
                StoredQueue again = await LoadWhenBackAsync(fixture, $"s-{source}");
                Assert.True(again.State.LastSeq >= acknowledged);
                acknowledged = again.State.LastSeq;
            }
        }

        return acknowledged;
    }

    private static async Task<StoredQueue> LoadWhenBackAsync(PostgresFixture fixture, string id)
    {
        DateTimeOffset deadline = DateTimeOffset.UtcNow.AddSeconds(60);
        while (true)
        {
            try
            {
                return await fixture.LoadAsync(id);
            }
            catch (StoreUnavailableException) when (DateTimeOffset.UtcNow < deadline)
            {
                await Task.Delay(20);
            }
        }
    }

    private static async Task CommitWhenBackAsync(PostgresFixture fixture, StoredQueue queue)
    {
        DateTimeOffset deadline = DateTimeOffset.UtcNow.AddSeconds(60);
        while (true)
        {
            try
            {
                await fixture.Database.PingAsync(CancellationToken.None);
                await CommitAsync(fixture, queue, Samples.Pending(1));
                return;
            }
            catch (StoreUnavailableException) when (DateTimeOffset.UtcNow < deadline)
            {
                await Task.Delay(20);
            }
        }
    }

    private static Task<CommitStatus> CommitAsync(PostgresFixture fixture, StoredQueue queue, Command command) =>
        fixture.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Commands = [command] });
}
