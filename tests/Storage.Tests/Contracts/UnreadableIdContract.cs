using CommandBroker.Core;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>What every store does about a row whose id a flipped bit has made none.</summary>
public abstract class UnreadableIdContract(StoreFixture fixture) : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = Samples.Noon.AddDays(1);

    public Task InitializeAsync() => fixture.OpenAsync();

    public Task DisposeAsync() => fixture.DisposeAsync().AsTask();

    [StoreFact]
    public async Task The_sweep_passes_it_over()
    {
        await AddExpiredAsync("a");
        await AddExpiredAsync("b");
        await fixture.ExecuteAsync("UPDATE source_server SET server_id = 'a b/c' WHERE server_id = 'a'");

        OverduePage page = await fixture.Commands.FindOverdueAsync(0, Now, 10);

        Assert.Equal("b", Assert.Single(page.Keys).Text);
        Assert.Null(page.Next);
    }

    [StoreFact]
    public async Task The_list_of_its_project_shows_the_others()
    {
        await fixture.RegisterAsync("a");
        await fixture.RegisterAsync("b");
        await fixture.RegisterAsync("c");
        await fixture.ExecuteAsync("UPDATE source_server SET server_id = 'a b/c' WHERE server_id = 'a'");
        await fixture.ExecuteAsync("UPDATE source_server SET registered_at = -1 WHERE server_id = 'b'");

        SourceServerPage page = await fixture.Sources.ListAsync(new SourceServerFilter(ProjectId.Default, 10));

        Assert.Equal("c", Assert.Single(page.Servers).Key.Text);
        Assert.Equal(3, page.TotalCount);
        await Assert.ThrowsAsync<UnreadableRowException>(() => fixture.Sources.FindAsync(SourceServerKey.Parse("b")));
    }

    [StoreFact]
    public async Task Others_that_were_deleted_behind_an_enqueue_come_back()
    {
        foreach (string key in (string[])["a", "b"])
        {
            StoredQueue queue = await fixture.RegisterAsync(key);
            Assert.True(await fixture.Sources.DeleteAsync(SourceServerKey.Parse(key), Samples.Noon));
            await fixture.Commands.CommitAsync(
                new QueueCommit { SourceNo = queue.SourceNo, Commands = [Samples.Pending(1)], OpenFrom = 1, Lineage = queue.Lineage });
        }

        await fixture.ExecuteAsync("UPDATE source_server SET server_id = 'a b/c' WHERE server_id = 'a'");

        Assert.Equal("b", Assert.Single((await fixture.Sources.RestoreAsync(Samples.Noon.AddHours(-1))).Keys).Text);
    }

    private async Task AddExpiredAsync(string key)
    {
        StoredQueue queue = await fixture.RegisterAsync(key);
        Command expired = Samples.Pending(1) with { TimeToLive = TimeSpan.FromMinutes(1) };
        await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Commands = [expired], OpenFrom = 1 });
    }
}
