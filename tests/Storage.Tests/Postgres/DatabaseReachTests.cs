using System.Net.Sockets;
using CommandBroker.Core;
using CommandBroker.Storage.Postgres;
using CommandBroker.Testing;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>How a silo learns whether it reaches the database: by the store's own traffic, and by a question when that is quiet.</summary>
public sealed class DatabaseReachTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1.5);

    private readonly FakeTimeProvider _clock = new();

    [PostgresFact]
    public async Task A_server_that_takes_the_question_is_reached_time_after_time()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        await using var probe = new DatabaseProbe(fixture.ConnectionString, Timeout, _clock);

        Assert.True(await probe.AskAsync(CancellationToken.None));
        Assert.True(await probe.AskAsync(CancellationToken.None));
    }

    /// <summary>Else a server that was replaced, and still answers, would be asked for as long as it lives.</summary>
    [PostgresFact]
    public async Task No_session_is_asked_over_for_long()
    {
        const string Session = "select max(pid) from pg_stat_activity where datname = current_database() and application_name = 'commandbroker-probe'";
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        await using var probe = new DatabaseProbe(fixture.ConnectionString, Timeout, _clock);
        await probe.AskAsync(CancellationToken.None);
        object? first = await fixture.ScalarAsync(Session);
        await probe.AskAsync(CancellationToken.None);
        Assert.Equal(first, await fixture.ScalarAsync(Session));

        _clock.Advance(TimeSpan.FromSeconds(11));
        await probe.AskAsync(CancellationToken.None);

        Assert.NotEqual(first, await fixture.ScalarAsync(Session));
    }

    [PostgresFact]
    public async Task A_connection_that_the_server_ended_is_followed_by_a_new_one()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        await using var probe = new DatabaseProbe(fixture.ConnectionString, Timeout, _clock);
        await probe.AskAsync(CancellationToken.None);
        await fixture.ExecuteAsync(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'commandbroker-probe'");

        // The one that finds it out may have been answered by the server's last word, or by nothing.
        await probe.AskAsync(CancellationToken.None);

        Assert.True(await probe.AskAsync(CancellationToken.None));
    }

    [PostgresFact]
    public async Task A_refusal_is_an_answer()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        await using var probe = new DatabaseProbe(Elsewhere(fixture), Timeout, _clock);

        Assert.True(await probe.AskAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_closed_port_is_no_answer()
    {
        await using var probe = new DatabaseProbe($"Host=127.0.0.1;Port={FreePort.Next()};Username=broker", Timeout, _clock);

        Assert.False(await probe.AskAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_not_waited_for_longer_than_the_timeout()
    {
        await using var server = new SilentServer();
        await using var probe = new DatabaseProbe(server.ConnectionString + ";SSL Mode=Disable", Timeout, _clock);

        Task<bool> asked = probe.AskAsync(CancellationToken.None);
        using Socket connected = await server.AcceptAsync();
        Assert.False(asked.IsCompleted);
        _clock.Advance(Timeout);

        Assert.False(await asked);
    }

    [Fact]
    public async Task A_question_that_cannot_be_asked_is_no_answer()
    {
        // A file that is no certificate: Npgsql throws what it finds, which is no fault of a database.
        await using var server = new SilentServer();
        await using var probe = new DatabaseProbe($"{server.ConnectionString};SSL Mode=Require;SSL Certificate={typeof(DatabaseReachTests).Assembly.Location}", Timeout, _clock);

        Task<bool> asked = probe.AskAsync(CancellationToken.None);
        using Socket connected = await server.AcceptAsync();
        await connected.SendAsync("S"u8.ToArray());

        Assert.False(await asked);
    }

    [Fact]
    public async Task A_question_that_is_called_off_leaves_no_connection()
    {
        await using var server = new SilentServer();
        await using var probe = new DatabaseProbe(server.ConnectionString + ";SSL Mode=Disable", Timeout, _clock);
        using var stopping = new CancellationTokenSource();
        Task<bool> asked = probe.AskAsync(stopping.Token);
        using Socket connected = await server.AcceptAsync();

        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await SilentServer.ReadToEndAsync(connected);
    }

    [PostgresFact]
    public async Task What_the_store_is_answered_counts()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        var pulse = new DatabasePulse(_clock);
        await using var database = new PostgresDatabase(new StorageOptions { ConnectionString = fixture.ConnectionString }, pulse: pulse);
        await database.OpenAsync(CancellationToken.None);
        StoredQueue queue = await fixture.RegisterAsync("a");

        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(10), pulse.Silence);
        await database.PingAsync(CancellationToken.None);
        Assert.Equal(TimeSpan.Zero, pulse.Silence);

        _clock.Advance(TimeSpan.FromSeconds(10));
        await database.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Commands = [Samples.Pending(1)] });
        Assert.Equal(TimeSpan.Zero, pulse.Silence);
    }

    [PostgresFact]
    public async Task What_the_store_is_refused_counts_as_well()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        var pulse = new DatabasePulse(_clock);
        await using var database = new PostgresDatabase(new StorageOptions { ConnectionString = Elsewhere(fixture) }, pulse: pulse);

        _clock.Advance(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAnyAsync<Exception>(() => database.PingAsync(CancellationToken.None));
        Assert.Equal(TimeSpan.Zero, pulse.Silence);

        _clock.Advance(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAnyAsync<Exception>(() => database.Commands.CommitAsync(new QueueCommit { SourceNo = 1, Commands = [Samples.Pending(1)] }));
        Assert.Equal(TimeSpan.Zero, pulse.Silence);
    }

    private static string Elsewhere(PostgresFixture fixture) =>
        new NpgsqlConnectionStringBuilder(fixture.ConnectionString) { Database = "no-such-database" }.ConnectionString;
}
