using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;
using CommandBroker.Testing;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>Two activations of one source server, one of which has not looked at the store for long.</summary>
public sealed class StaleActivationTests
{
    [Fact]
    public Task A_number_is_not_given_out_again_after_retention_removed_its_command_on_SQLite() => AssertNumberIsNotReusedAsync(StorageProvider.Sqlite);

    [PostgresFact]
    public Task A_number_is_not_given_out_again_after_retention_removed_its_command_on_PostgreSQL() => AssertNumberIsNotReusedAsync(StorageProvider.Postgres);

    [Fact]
    public Task What_is_enqueued_behind_an_unknown_deletion_is_not_lost_on_SQLite() => AssertEnqueuedIsKeptAsync(StorageProvider.Sqlite);

    [PostgresFact]
    public Task What_is_enqueued_behind_an_unknown_deletion_is_not_lost_on_PostgreSQL() => AssertEnqueuedIsKeptAsync(StorageProvider.Postgres);

    private static async Task AssertEnqueuedIsKeptAsync(StorageProvider provider)
    {
        await using StoredCluster clusters = await StoredCluster.CreateAsync(provider);
        IGrainFactory grains = await clusters.StartAsync();
        string id = await grains.GetGrain<ISourceDirectoryGrain>(0).RegisterAsync(new RegisterCall { Name = "test", OsType = "LINUX" });
        ISourceServerGrain stale = grains.GetGrain<ISourceServerGrain>(id);
        Assert.Equal(PollStatus.Idle, (await stale.PollAsync()).Status);
        IGrainFactory others = await clusters.StartAsync();
        await others.GetGrain<IOverdueSweepGrain>(0).StepAsync();
        await others.GetGrain<ISourceServerGrain>(id).DeleteAsync("operator");

        Assert.Equal(1, await BrokerCluster.EnqueueAsync(stale, "START"));
        Assert.Equal(PollStatus.UnknownSourceServer, (await others.GetGrain<ISourceServerGrain>(id).PollAsync()).Status);
        clusters.Clock.Advance(TimeSpan.FromMinutes(2));
        await others.GetGrain<IOverdueSweepGrain>(0).StepAsync();

        Assert.Equal("START", (await others.GetGrain<ISourceServerGrain>(id).PollAsync()).Name);
    }

    private static async Task AssertNumberIsNotReusedAsync(StorageProvider provider)
    {
        await using StoredCluster clusters = await StoredCluster.CreateAsync(provider);
        IGrainFactory grains = await clusters.StartAsync();
        string id = await grains.GetGrain<ISourceDirectoryGrain>(0).RegisterAsync(new RegisterCall { Name = "test", OsType = "LINUX" });
        ISourceServerGrain stale = grains.GetGrain<ISourceServerGrain>(id);
        ISourceServerGrain other = (await clusters.StartAsync()).GetGrain<ISourceServerGrain>(id);
        Assert.Equal(PollStatus.Idle, (await stale.PollAsync()).Status);
        Assert.Equal(1, await BrokerCluster.EnqueueAsync(other, "START"));
        Assert.Equal("START", (await other.PollAsync()).Name);
        Assert.Equal(ReportReplyStatus.Ended, await other.ReportAsync(BrokerCluster.Report("START")));

        clusters.Clock.Advance(TimeSpan.FromDays(8));
        while (await clusters.Database.Commands.PurgeAsync(clusters.Clock.GetUtcNow() - TimeSpan.FromDays(7), limit: 100) > 0)
        {
            // Retention may run by itself meanwhile; either way nothing is left.
        }

        Assert.Equal(2, await BrokerCluster.EnqueueAsync(stale, "STOP"));
        Assert.Null(await stale.ShowAsync(1));
    }
}
