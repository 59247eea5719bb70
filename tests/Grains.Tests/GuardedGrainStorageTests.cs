using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Storage;
using CommandBroker.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>Faults of Orleans' own storage, as the callers of its grains meet them.</summary>
public sealed class GuardedGrainStorageTests
{
    private static readonly SourceServerSettings Strict = new() { MaxDeliveries = 1 };

    [PostgresFact]
    public async Task State_is_read_and_written_over_a_new_connection_when_the_server_ended_the_former()
    {
        await using StoredCluster clusters = await StoredCluster.CreateAsync(StorageProvider.Postgres);
        IGrainFactory grains = await clusters.StartAsync();
        await grains.GetGrain<ISourceServerSettingsGrain>("one").WriteAsync(Strict);

        await EndSessionsAsync(clusters);
        await grains.GetGrain<ISourceServerSettingsGrain>("one").WriteAsync(new SourceServerSettings { MaxDeliveries = 2 });
        await EndSessionsAsync(clusters);
        Assert.Null(await grains.GetGrain<ISourceServerSettingsGrain>("other").ReadAsync());
        await EndSessionsAsync(clusters);
        Assert.True(await grains.GetGrain<ISignatureClaimGrain>(7).ClaimAsync(new('a', 32), 2, clusters.Clock.GetUtcNow().AddMinutes(15)));
    }

    [PostgresFact]
    public async Task State_on_a_damaged_page_is_quarantined_and_no_fault_of_the_broker()
    {
        await using StoredCluster clusters = await StoredCluster.CreateAsync(StorageProvider.Postgres);
        IGrainFactory grains = await clusters.StartAsync();
        await ExecuteAsync(clusters, "alter table orleansstorage rename to somewhere_else");
        await ExecuteAsync(clusters, """
            create function read_damaged() returns setof somewhere_else language plpgsql as $body$
            begin
                raise exception 'secret words' using errcode = 'XX001';
            end
            $body$
            """);
        await ExecuteAsync(clusters, "create view orleansstorage as select * from read_damaged()");

        BrokerException told = await Assert.ThrowsAsync<BrokerException>(async () => await grains.GetGrain<ISourceServerSettingsGrain>("one").ReadAsync());

        Assert.Equal(BrokerErrorReason.Quarantined, told.Reason);
        Assert.DoesNotContain("secret", told.Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task What_does_not_mend_by_itself_is_told_without_the_words_of_PostgreSQL()
    {
        await using StoredCluster clusters = await StoredCluster.CreateAsync(StorageProvider.Postgres);
        IGrainFactory grains = await clusters.StartAsync();
        await grains.GetGrain<ISourceServerSettingsGrain>("one").WriteAsync(Strict);
        await ExecuteAsync(clusters, "alter table orleansstorage rename to somewhere_else");

        await AssertToldAsync(grains, BrokerErrorReason.Internal);

        await ExecuteAsync(clusters, "alter table somewhere_else rename to orleansstorage");
        await grains.GetGrain<ISourceServerSettingsGrain>("one").WriteAsync(Strict);
        Assert.Null(await grains.GetGrain<ISourceServerSettingsGrain>("other").ReadAsync());
    }

    [Fact]
    public async Task What_does_not_mend_by_itself_is_told_without_the_words_of_SQLite()
    {
        await using StoredCluster clusters = await StoredCluster.CreateAsync(StorageProvider.Sqlite);
        IGrainFactory grains = await clusters.StartAsync();
        await grains.GetGrain<ISourceServerSettingsGrain>("one").WriteAsync(Strict);
        await using (var file = new SqliteConnection($"Data Source={clusters.FilePath};Pooling=False"))
        {
            await file.OpenAsync();
            await using SqliteCommand rename = file.CreateCommand();
            rename.CommandText = "alter table OrleansStorage rename to somewhere_else";
            await rename.ExecuteNonQueryAsync();
        }

        await AssertToldAsync(grains, reason: null);
    }

    [Fact]
    public async Task What_went_to_a_server_that_is_replaced_meanwhile_is_not_acknowledged()
    {
        await using var database = new FaultyDatabase { Lineage = "1" };
        var written = new FaultyGrainStorage();
        var storage = new GuardedGrainStorage(written, database, NullLogger<GuardedGrainStorage>.Instance);
        GrainId grain = GrainId.Create("any", "one");
        await storage.WriteStateAsync("any", grain, new GrainState<string>("state"));

        written.OnWrite = () => database.Lineage += "1";
        BrokerException told = await Assert.ThrowsAsync<BrokerException>(() => storage.WriteStateAsync("any", grain, new GrainState<string>("other")));

        Assert.Equal(BrokerErrorReason.StorageUnavailable, told.Reason);
    }

    private static async Task AssertToldAsync(IGrainFactory grains, BrokerErrorReason? reason)
    {
        foreach (Func<Task> call in (Func<Task>[])[
            () => grains.GetGrain<ISourceServerSettingsGrain>("one").WriteAsync(new SourceServerSettings()).AsTask(),
            () => grains.GetGrain<ISourceServerSettingsGrain>("other").ReadAsync().AsTask(),
            () => grains.GetGrain<ISignatureClaimGrain>(7).ClaimAsync(new('a', 32), 2, DateTimeOffset.MaxValue).AsTask()])
        {
            BrokerException told = await Assert.ThrowsAsync<BrokerException>(call);
            Assert.DoesNotContain("orleansstorage", told.Message, StringComparison.OrdinalIgnoreCase);
            Assert.Equal(reason ?? told.Reason, told.Reason);
        }
    }

    private static Task EndSessionsAsync(StoredCluster clusters) => ExecuteAsync(
        clusters,
        "select pg_terminate_backend(pid, 60000) from pg_stat_activity where application_name = 'commandbroker-state' and datname = current_database()");

    private static async Task<object?> ExecuteAsync(StoredCluster clusters, string sql)
    {
        var there = new NpgsqlConnectionStringBuilder(clusters.Database.OrleansConnection!.Value.ConnectionString) { Pooling = false, ApplicationName = "test", CommandTimeout = 0, Timeout = 300 };
        await using var connection = new NpgsqlConnection(there.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
