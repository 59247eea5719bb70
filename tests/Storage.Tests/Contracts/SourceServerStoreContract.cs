using CommandBroker.Core;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>What every <see cref="ISourceServerStore"/> promises. A provider subclasses it with its fixture.</summary>
public abstract class SourceServerStoreContract(StoreFixture fixture) : IAsyncLifetime
{
    private const int NoLimit = 1_000_000;

    public Task InitializeAsync() => fixture.OpenAsync();

    public Task DisposeAsync() => fixture.DisposeAsync().AsTask();

    [StoreFact]
    public async Task A_source_server_is_registered_found_and_known()
    {
        SourceServer server = Samples.Server("a");

        Assert.False(await fixture.Sources.ExistsAsync(server.ServerId));
        Assert.Null(await fixture.Sources.FindAsync(server.ServerId));
        Assert.True(await fixture.Sources.RegisterAsync(server, NoLimit));
        await fixture.ReopenAsync();
        Assert.True(await fixture.Sources.ExistsAsync(server.ServerId));
        Assert.Equal(server, await fixture.Sources.FindAsync(server.ServerId));
        Assert.False(await fixture.Sources.ExistsAsync(ServerId.Parse("A")));
    }

    [StoreFact]
    public async Task Registering_again_updates_what_the_agent_says_and_nothing_else()
    {
        await fixture.Sources.RegisterAsync(Samples.Server("a"), NoLimit);

        await fixture.Sources.RegisterAsync(Samples.Server("a", "new name") with { Details = "{}", RegisteredAt = Samples.Noon.AddDays(1) }, NoLimit);

        Assert.Equal(Samples.Server("a", "new name") with { Details = "{}" }, await fixture.Sources.FindAsync(ServerId.Parse("a")));
    }

    [StoreFact]
    public async Task The_limit_refuses_a_new_source_server_and_no_known_one()
    {
        Assert.True(await fixture.Sources.RegisterAsync(Samples.Server("a"), maxCount: 2));
        Assert.True(await fixture.Sources.RegisterAsync(Samples.Server("b"), maxCount: 2));
        Assert.False(await fixture.Sources.RegisterAsync(Samples.Server("c"), maxCount: 2));
        Assert.True(await fixture.Sources.RegisterAsync(Samples.Server("b"), maxCount: 2));
        Assert.False(await fixture.Sources.ExistsAsync(ServerId.Parse("c")));

        await fixture.Sources.DeleteAsync(ServerId.Parse("a"), Samples.Noon);
        Assert.True(await fixture.Sources.RegisterAsync(Samples.Server("c"), maxCount: 2));
        Assert.False(await fixture.Sources.RegisterAsync(Samples.Server("a"), maxCount: 2));
    }

    [StoreFact]
    public async Task Pages_come_in_the_order_of_registration()
    {
        foreach (string id in (string[])["c", "a", "b"])
        {
            await fixture.Sources.RegisterAsync(Samples.Server(id, "Name-" + id), NoLimit);
        }

        SourceServerPage page = await fixture.Sources.ListAsync(new SourceServerFilter(2, Offset: 1));
        SourceServerPage named = await fixture.Sources.ListAsync(new SourceServerFilter(10, NameContains: "nAME-B"));
        SourceServerPage wild = await fixture.Sources.ListAsync(new SourceServerFilter(10, NameContains: "%"));

        Assert.Equal(["a", "b"], page.Servers.Select(server => server.ServerId.Value));
        Assert.Equal(3, page.TotalCount);
        Assert.Equal(("b", 1L), (Assert.Single(named.Servers).ServerId.Value, named.TotalCount));
        Assert.Empty(wild.Servers);
        Assert.Empty((await fixture.Sources.ListAsync(new SourceServerFilter(10, Quarantined: true))).Servers);
        Assert.Equal(3, (await fixture.Sources.ListAsync(new SourceServerFilter(10, Quarantined: false))).TotalCount);
    }

    [StoreFact]
    public async Task A_source_server_is_renamed()
    {
        await fixture.Sources.RegisterAsync(Samples.Server("a"), NoLimit);

        Assert.True(await fixture.Sources.RenameAsync(ServerId.Parse("a"), "other"));
        Assert.False(await fixture.Sources.RenameAsync(ServerId.Parse("b"), "other"));
        Assert.Equal("other", (await fixture.Sources.FindAsync(ServerId.Parse("a")))!.Name);
    }

    [StoreFact]
    public async Task One_with_an_open_command_is_not_deleted()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Writer = 1, Commands = [Samples.Pending(1)] });

        Assert.False(await fixture.Sources.DeleteAsync(ServerId.Parse("a"), Samples.Noon));
        Assert.True(await fixture.Sources.ExistsAsync(ServerId.Parse("a")));
    }

    [StoreFact]
    public async Task One_that_is_registered_again_keeps_its_number_and_its_highest_number()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Writer = 1, Commands = [Samples.Pending(1)] });
        await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Writer = 1, Commands = [Samples.Ended(Samples.Pending(1))] });

        Assert.True(await fixture.Sources.DeleteAsync(ServerId.Parse("a"), Samples.Noon));
        Assert.False(await fixture.Sources.DeleteAsync(ServerId.Parse("a"), Samples.Noon));
        Assert.Null(await fixture.Commands.LoadAsync(ServerId.Parse("a")));
        Assert.Null(await fixture.Sources.FindAsync(ServerId.Parse("a")));
        Assert.Equal(0, (await fixture.Sources.ListAsync(new SourceServerFilter(10))).TotalCount);
        await fixture.Commands.PurgeAsync(Samples.Noon.AddDays(1), 10);

        StoredQueue again = await fixture.RegisterAsync("a");
        Assert.Equal((queue.SourceNo, 1L), (again.SourceNo, again.State.LastSeq));
    }

    [StoreFact]
    public async Task Visits_only_move_forward_and_unknown_ones_are_passed_over()
    {
        await fixture.Sources.RegisterAsync(Samples.Server("a"), NoLimit);
        await VisitAsync(("a", Samples.Noon.AddMinutes(1)), ("nobody", Samples.Noon));
        await VisitAsync(("a", Samples.Noon));

        Assert.Equal(Samples.Noon.AddMinutes(1), (await fixture.Sources.FindAsync(ServerId.Parse("a")))!.LastVisitAt);
    }

    [StoreFact]
    public async Task Settings_of_its_own_are_marked()
    {
        await fixture.RegisterAsync("a");

        await fixture.Sources.SetHasOverridesAsync(ServerId.Parse("a"), true);
        Assert.True((await fixture.LoadAsync("a")).HasOverrides);
        await fixture.Sources.SetHasOverridesAsync(ServerId.Parse("a"), false);
        Assert.False((await fixture.LoadAsync("a")).HasOverrides);
    }

    private Task VisitAsync(params (string Id, DateTimeOffset At)[] visits) =>
        fixture.Sources.RecordVisitsAsync([.. visits.Select(visit => KeyValuePair.Create(ServerId.Parse(visit.Id), visit.At))]);
}
