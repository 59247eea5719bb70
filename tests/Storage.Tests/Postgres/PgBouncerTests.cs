using CommandBroker.Core;
using CommandBroker.Storage.Postgres;
using CommandBroker.Testing;
using Npgsql;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>PgBouncer between the broker and PostgreSQL: sessions of its own do, and anything less is refused at the start.</summary>
public sealed class PgBouncerTests
{
    [PgBouncerTheory]
    [InlineData("transaction")]
    [InlineData("statement")]
    public async Task A_pooler_without_sessions_is_refused_in_one_sentence(string poolMode)
    {
        NpgsqlConnectionStringBuilder there = await PatientAsync();
        using PgBouncer bouncer = await PgBouncer.StartAsync(there.Port, poolMode);
        there.Port = bouncer.Port;

        for (int start = 0; start < 3; start++)
        {
            await using var database = new PostgresDatabase(new StorageOptions { ConnectionString = there.ConnectionString });
            InvalidOperationException refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => database.OpenAsync(CancellationToken.None));
            Assert.Contains("pool_mode = session", refusal.Message, StringComparison.Ordinal);
        }
    }

    [PgBouncerTheory]
    [InlineData("session")]
    public async Task A_pooler_with_sessions_serves_a_broker_and_its_restart(string poolMode)
    {
        NpgsqlConnectionStringBuilder there = await PatientAsync();
        using PgBouncer bouncer = await PgBouncer.StartAsync(there.Port, poolMode);
        there.Port = bouncer.Port;
        for (int start = 1; start <= 2; start++)
        {
            await using var database = new PostgresDatabase(
                new StorageOptions { ConnectionString = there.ConnectionString, CommitTimeout = TimeSpan.FromMinutes(5) });
            await database.OpenAsync(CancellationToken.None);
            await database.PingAsync(CancellationToken.None);
            await Task.WhenAll(Enumerable.Range(1, 40).Select(async i =>
            {
                string id = $"s-{start}-{i}";
                Assert.True(await database.SourceServers.RegisterAsync(Samples.Server(id), 1_000));
                StoredQueue queue = (await database.Commands.LoadAsync(SourceServerKey.Parse(id)))!;
                for (long seq = 1; seq <= 20; seq++)
                {
                    Command command = Samples.Pending(seq, $"k-{seq}");
                    foreach (Command state in (Command[])[command, Samples.Leased(command), Samples.Ended(Samples.Leased(command))])
                    {
                        Assert.Equal(CommitStatus.Committed, await database.Commands.CommitAsync(
                            new QueueCommit { SourceNo = queue.SourceNo, Commands = [state], OpenFrom = seq }));
                    }
                }

                Assert.Equal(20, (await database.Commands.ReadHistoryAsync(queue.SourceNo, null, 100)).Count);
                Assert.Single(await database.Commands.FindByKeysAsync(queue.SourceNo, ["k-7"]));
            }));
        }
    }

    // These tests are about what a pooler does, not about how fast.
    private static async Task<NpgsqlConnectionStringBuilder> PatientAsync() =>
        new(await (await PostgresServer.SharedAsync()).CreateDatabaseAsync()) { Timeout = 300 };
}

/// <summary>A theory that needs PostgreSQL and PgBouncer.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PgBouncerTheoryAttribute : TheoryAttribute
{
    private string? _skip;

    /// <inheritdoc/>
    public override string? Skip
    {
        get => _skip ?? PostgresAvailability.SkipReason(ownServer: false) ?? PgBouncer.SkipReason;
        set => _skip = value;
    }
}
