using CommandBroker.Storage.Identity;
using CommandBroker.Storage.Postgres;
using CommandBroker.Testing;
using Npgsql;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>What several silos on one database add.</summary>
public sealed class PostgresIdentityTests
{
    [PostgresFact]
    public async Task Whoever_follows_the_changes_of_two_writers_misses_none()
    {
        const int PerWriter = 150;
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        await using PostgresDatabase other = fixture.Create();
        IIdentityStore[] stores = [fixture.Database.Identities, other.Identities];
        Task writing = Task.WhenAll(stores.Select((store, writer) => Task.Run(async () =>
        {
            for (int i = 0; i < PerWriter; i++)
            {
                await store.WriteAsync(new IdentityWrite
                {
                    WriteId = Random.Shared.NextInt64(1, long.MaxValue),
                    Changes = [new StoredIdentityChange(3, $"{writer}/{i}/a"), new StoredIdentityChange(3, $"{writer}/{i}/b")],
                });
            }
        })));

        var seen = new List<string>();
        long revision = 0;
        bool isLast;
        do
        {
            isLast = writing.IsCompleted;
            IdentityChangeLog log = await stores[0].ReadChangesAsync(revision, 10_000);
            Assert.False(log.IsReset);
            revision = log.Revision;
            seen.AddRange(log.Changes.Select(change => change.Subject));
        }
        while (!isLast);

        await writing;
        Assert.Equal(2 * PerWriter, revision);
        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal(4 * PerWriter, seen.Count);
        foreach (int writer in (int[])[0, 1])
        {
            Assert.Equal(
                Enumerable.Range(0, PerWriter).SelectMany(i => (string[])[$"{writer}/{i}/a", $"{writer}/{i}/b"]),
                seen.Where(subject => subject.StartsWith($"{writer}/", StringComparison.Ordinal)));
        }
    }

    /// <summary>As when a user is disabled, nobody knows whether, and then enabled.</summary>
    [PostgresFact]
    public async Task What_is_so_already_is_not_vouched_for_while_a_change_of_it_is_under_way()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        await using NpgsqlConnection late = await fixture.ConnectAsync();
        await using NpgsqlTransaction change = await late.BeginTransactionAsync();
        await using var take = new NpgsqlCommand("update identity_revision set revision = revision + 1", late, change);
        await take.ExecuteNonQueryAsync();

        Task<bool> vouched = fixture.Database.Identities.VouchAsync(0);
        while (!vouched.IsCompleted && (long)(await fixture.ScalarAsync("select count(*) from pg_locks where not granted"))! == 0)
        {
            await Task.Yield();
        }

        await change.CommitAsync();
        Assert.False(await vouched);
    }

    [PostgresFact]
    public async Task Of_two_writers_that_decided_by_the_same_revision_one_wins()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        await using PostgresDatabase other = fixture.Create();

        for (long revision = 0; revision < 20; revision++)
        {
            bool[] written = await Task.WhenAll(((IIdentityStore[])[fixture.Database.Identities, other.Identities]).Select(store =>
                store.WriteAsync(new IdentityWrite { WriteId = Random.Shared.NextInt64(1, long.MaxValue), ExpectedRevision = revision })));
            Assert.Single(written, isWritten => isWritten);
        }
    }
}
