using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Core;
using CommandBroker.Storage.Memory;
using Xunit;

namespace CommandBroker.Grains.Tests;

public sealed class BoundPrincipalTests
{
    [Fact]
    public async Task Keys_of_a_deleted_source_server_are_none_of_the_next_one_of_its_id()
    {
        await using var silo = new Disposable(new IdentitySilo());
        IdentitySilo broker = await silo.StartAsync();
        ISourceServerGrain web = await RegisterAsync(broker, "web");
        string bound = await NewBoundKeyAsync(broker, "web");
        string other = await NewBoundKeyAsync(broker, "web-2");
        string free = (await broker.NewKeyAsync((await broker.NewPrincipalAsync(roles: Roles.Agent)).PrincipalId)).Key.AccessKey;
        long before = await broker.RevisionAsync();

        await web.DeleteAsync("ada");
        await RegisterAsync(broker, "web");

        Assert.Null(await broker.Identity.FindAccessKeyAsync(bound));
        Assert.Contains($"AccessKey {bound}", await broker.ChangesSinceAsync(before));
        Assert.NotNull(await broker.Identity.FindAccessKeyAsync(other));
        Assert.NotNull(await broker.Identity.FindAccessKeyAsync(free));
        AuditEvent noted = Assert.Single(await broker.AdminGrain.ReadEventsAsync(IdentitySilo.Root, new AuditQuery { ActionPrefix = "principal.deleted" }));
        Assert.Equal(("ada", "with source server web"), (noted.Actor.Name, noted.Detail));
    }

    [Fact]
    public async Task A_source_server_that_stays_keeps_its_keys()
    {
        await using var silo = new Disposable(new IdentitySilo());
        IdentitySilo broker = await silo.StartAsync();
        ISourceServerGrain web = await RegisterAsync(broker, "web");
        string bound = await NewBoundKeyAsync(broker, "web");
        await web.EnqueueAsync([new EnqueueCall { Name = "START", Param = "{}" }], "ada");

        BrokerException refused = await Assert.ThrowsAsync<BrokerException>(async () => await web.DeleteAsync("ada"));

        Assert.Equal(BrokerErrorReason.CommandsOutstanding, refused.Reason);
        Assert.NotNull(await broker.Identity.FindAccessKeyAsync(bound));
    }

    [Fact]
    public async Task A_deletion_that_cannot_end_the_keys_deletes_nothing_and_may_be_repeated()
    {
        var database = new FaultyDatabase();
        await using var silo = new Disposable(new IdentitySilo(database, _ => { }));
        IdentitySilo broker = await silo.StartAsync();
        ISourceServerGrain web = await RegisterAsync(broker, "web");
        string bound = await NewBoundKeyAsync(broker, "web");
        database.FailIdentities = true;
        BrokerException unknown = await Assert.ThrowsAsync<BrokerException>(async () => await web.DeleteAsync("ada"));
        database.FailIdentities = false;
        Assert.Equal(BrokerErrorReason.StorageUnavailable, unknown.Reason);
        Assert.NotNull(await broker.Identity.FindAccessKeyAsync(bound));
        Assert.Equal(0, (await web.ListAsync()).PendingCount);

        await web.DeleteAsync("ada");

        Assert.Null(await broker.Identity.FindAccessKeyAsync(bound));
    }

    private static async Task<ISourceServerGrain> RegisterAsync(IdentitySilo broker, string serverId)
    {
        await broker.Grain<ISourceDirectoryGrain>(0).RegisterAsync(
            new RegisterCall { ServerId = serverId, ProjectId = DefaultTenant.ProjectId, Name = "test", OsType = "LINUX" });
        return broker.Grain<ISourceServerGrain>(new SourceServerKey(ProjectId.Parse(DefaultTenant.ProjectId), ServerId.Parse(serverId)).Text);
    }

    private static async Task<string> NewBoundKeyAsync(IdentitySilo broker, string serverId)
    {
        PrincipalView agent = await broker.AdminGrain.CreatePrincipalAsync(IdentitySilo.Root, new NewPrincipal
        {
            Name = IdentitySilo.NewName("agent "),
            DomainId = DefaultTenant.DomainId,
            ServerId = serverId,
            Roles = Roles.Agent,
        });
        return (await broker.NewKeyAsync(agent.PrincipalId)).Key.AccessKey;
    }
}
