using CommandBroker.Core;
using CommandBroker.Storage.Postgres;
using CommandBroker.Testing;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Xunit;

namespace CommandBroker.Storage.Tests;

[NeedsPostgres]
public sealed class PostgresRestoreTests() : RestoreContract(new PostgresFixture())
{
    [StoreFact]
    public async Task A_database_that_is_a_copy_of_another_raises_its_numbers_once_and_by_itself()
    {
        await EnqueueAsync(await Fixture.RegisterAsync("a"), 3);
        await Fixture.Database.DisposeAsync();
        string copy = await CopyAsync(Fixture.Location);

        foreach (int second in (int[])[0, 60])
        {
            await using PostgresDatabase restored = Open(copy, Restored.AddSeconds(second));
            await restored.OpenAsync(CancellationToken.None);
            Assert.Equal(Micros(Restored), (await restored.Commands.LoadAsync(SourceServerKey.Parse("a")))!.State.LastSeq);
        }

        await Fixture.ReopenAsync();
        Assert.Equal(3, (await Fixture.LoadAsync("a")).State.LastSeq);
    }

    [StoreFact]
    public async Task Brokers_that_start_together_on_a_copy_raise_its_numbers_once()
    {
        await EnqueueAsync(await Fixture.RegisterAsync("a"), 1);
        await Fixture.Database.DisposeAsync();
        string copy = await CopyAsync(Fixture.Location);

        long[] last = await Task.WhenAll(Enumerable.Range(0, 4).Select(async second =>
        {
            await using PostgresDatabase restored = Open(copy, Restored.AddSeconds(second));
            await restored.OpenAsync(CancellationToken.None);
            return (await restored.Commands.LoadAsync(SourceServerKey.Parse("a")))!.State.LastSeq;
        }));

        Assert.Single(last.Distinct());
    }

    private static PostgresDatabase Open(string connectionString, DateTimeOffset now) =>
        new(new StorageOptions { ConnectionString = connectionString }, new FakeTimeProvider(now));

    /// <summary>A database of other object numbers with the same content, as a restored dump is one.</summary>
    private static async Task<string> CopyAsync(string connectionString)
    {
        NpgsqlConnection.ClearAllPools();
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        string copy = settings.Database + "_copy";
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand($"create database {copy} template {settings.Database}", connection);
        await create.ExecuteNonQueryAsync();
        settings.Database = copy;
        return settings.ConnectionString;
    }
}
