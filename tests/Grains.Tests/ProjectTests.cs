using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;
using Xunit;

namespace CommandBroker.Grains.Tests;

public sealed class ProjectTests(BrokerCluster cluster) : IClassFixture<BrokerCluster>
{
    [Theory]
    [InlineData("delete")]
    [InlineData("overview")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task An_id_that_no_path_can_name_is_not_registered(string id)
    {
        BrokerException refused = await Assert.ThrowsAsync<BrokerException>(() => RegisterAsync(id, "blue"));

        Assert.Equal(BrokerErrorReason.InvalidArgument, refused.Reason);
        Assert.False(await cluster.Directory.ExistsAsync($"blue/{id}"));
    }

    [Fact]
    public async Task An_agent_registers_a_known_id_again_also_when_no_new_one_may_be_called_so()
    {
        var known = new SourceServer
        {
            Key = SourceServerKey.Parse("blue/overview"),
            Name = "former",
            OsType = "LINUX",
            Details = "{}",
            RegisteredAt = cluster.Clock.GetUtcNow(),
        };
        Assert.True(await cluster.Database.SourceServers.RegisterAsync(known, maxCount: 100));

        await RegisterAsync("overview", "blue");

        Assert.NotEqual("former", (await cluster.Directory.ShowAsync("blue/overview"))!.Name);
    }

    [Fact]
    public async Task The_same_id_in_two_projects_shares_nothing()
    {
        ISourceServerGrain bare = await RegisterAsync("shared", project: null);
        ISourceServerGrain blue = await RegisterAsync("shared", "blue");

        Assert.Equal(1, await BrokerCluster.EnqueueAsync(bare, "START", key: "k"));
        Assert.Equal(PollStatus.Idle, (await blue.PollAsync()).Status);
        Assert.Equal(PollStatus.Idle, (await blue.PollAsync()).Status);
        Assert.True(cluster.LocalQueues.IsIdle("blue/shared"));
        Assert.False(cluster.LocalQueues.IsIdle("shared"));
        EnqueueReply reply = (await blue.EnqueueAsync([BrokerCluster.Call("STOP", key: "k")], "operator"))[0];
        Assert.Equal((null, 1L, false), (reply.Error, reply.Seq, reply.WasThere));
        Assert.Equal("STOP", (await blue.PollAsync()).Name);
        Assert.Equal("START", (await bare.PollAsync()).Name);

        await bare.ConfigureAsync(new SourceServerSettings { MaxDeliveries = 7 });
        Assert.Null((await blue.ReadSettingsAsync()).MaxDeliveries);

        await blue.ReportAsync(BrokerCluster.Report("STOP", seq: 1));
        await blue.DeleteAsync();
        Assert.False(await cluster.Directory.ExistsAsync("blue/shared"));
        Assert.True(await cluster.Directory.ExistsAsync("shared"));
        bool[] exist = await cluster.Directory.ExistEachAsync(["blue/shared", "shared", "no key / at all"]);
        Assert.Equal([false, true, false], exist);
        BrokerException refused = await Assert.ThrowsAsync<BrokerException>(
            async () => await cluster.Directory.ExistEachAsync(new string[ISourceDirectoryGrain.MaxExistCount + 1]));
        Assert.Equal((BrokerErrorReason.InvalidArgument, "513 keys were given; 512 are allowed."), (refused.Reason, refused.Message));
        Assert.Equal("shared", (await bare.ListAsync()).ServerId);
        Assert.Equal(1, (await bare.ListAsync()).LeasedCount);
    }

    [Fact]
    public async Task Settings_that_were_stored_before_there_were_projects_are_those_of_the_default_project()
    {
        ISourceServerGrain bare = await RegisterAsync("legacy", project: null);
        ISourceServerGrain blue = await RegisterAsync("legacy", "blue");
        await cluster.Settings("legacy").WriteAsync(new SourceServerSettings { MaxDeliveries = 9 });
        await cluster.Settings("blue/legacy").WriteAsync(new SourceServerSettings());
        await cluster.Database.SourceServers.MarkOverridesAsync(SourceServerKey.Parse("legacy"));
        await cluster.Database.SourceServers.MarkOverridesAsync(SourceServerKey.Parse("blue/legacy"));

        Assert.Equal(9, (await bare.ReadSettingsAsync()).MaxDeliveries);
        Assert.Null((await blue.ReadSettingsAsync()).MaxDeliveries);
    }

    [Fact]
    public async Task A_page_holds_the_source_servers_of_its_project()
    {
        await RegisterAsync("g1", "green");
        await RegisterAsync("g2", "green");
        await RegisterAsync("g1", "olive");
        await cluster.Queue("green/g2").PollAsync();

        SourceServerListView green = await cluster.Directory.ListAsync(new SourceServerQuery { ProjectId = "green" });

        Assert.Equal(["g1", "g2"], green.Servers.Select(server => server.ServerId));
        Assert.Equal([false, true], green.Servers.Select(server => server.Connected));
        Assert.False(Assert.Single((await cluster.Directory.ListAsync(new SourceServerQuery { ProjectId = "olive" })).Servers).Connected);
        Assert.Empty((await cluster.Directory.ListAsync(new SourceServerQuery { ProjectId = "nobody" })).Servers);
        Assert.Null(await cluster.Directory.ShowAsync("olive/g2"));
        await cluster.Directory.RenameAsync("olive/g1", "other");
        Assert.Equal("test", (await cluster.Directory.ShowAsync("green/g1"))!.Name);
    }

    [Fact]
    public async Task A_change_keeps_what_it_does_not_name_and_reaches_no_other_project()
    {
        await cluster.Directory.RegisterAsync(
            new RegisterCall { ServerId = "c1", ProjectId = "red", Name = "web", OsType = "LINUX", Details = """{"ip":"10.0.0.7","disks":[1.0],"é":"\u0041"}""" });
        await RegisterAsync("c1", "rose");
        ISourceDirectoryGrain changes = cluster.Directory;

        await changes.ChangeAsync("red/c1", new SourceServerChange { Members = """{"disks":[2.50],"migprojectid":"p"}""" });
        await changes.ChangeAsync("red/c1", new SourceServerChange { Name = "db", Members = """{"volume_groups":[]}""" });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(number => changes.ChangeAsync(
            "red/c1", new SourceServerChange { Members = $$"""{"n{{number}}":{{number}}}""" }).AsTask()));

        SourceServerView view = (await cluster.Directory.ShowAsync("red/c1"))!;
        Assert.Equal("db", view.Name);
        Assert.StartsWith("""{"ip":"10.0.0.7","é":"A","disks":[2.50],"migprojectid":"p","volume_groups":[],"n""", view.Details, StringComparison.Ordinal);
        Assert.All(Enumerable.Range(0, 4), number => Assert.Contains($"\"n{number}\":{number}", view.Details, StringComparison.Ordinal));
        Assert.Equal("{}", (await cluster.Directory.ShowAsync("rose/c1"))!.Details);
        Assert.Equal(BrokerErrorReason.UnknownSourceServer, (await Assert.ThrowsAsync<BrokerException>(
            async () => await changes.ChangeAsync("rose/none", new SourceServerChange { Members = "{}" }))).Reason);
        Assert.Equal(BrokerErrorReason.InvalidArgument, (await Assert.ThrowsAsync<BrokerException>(
            async () => await changes.ChangeAsync("red/c1", new SourceServerChange { Members = $$"""{"x":"{{new string('x', 65_536)}}"}""" }))).Reason);
    }

    [Fact]
    public async Task A_list_shows_who_is_connected_as_of_now()
    {
        await RegisterAsync("v1", "violet");
        await RegisterAsync("v2", "violet");
        await cluster.Queue("violet/v2").PollAsync();
        var query = new SourceServerQuery { ProjectId = "violet" };

        Assert.Equal("v2", Assert.Single((await cluster.Directory.ListAsync(query with { Connected = true })).Servers).ServerId);
        Assert.Equal("v1", Assert.Single((await cluster.Directory.ListAsync(query with { Connected = false })).Servers).ServerId);
        Assert.Equal("v1", Assert.Single((await cluster.Directory.ListAsync(query with { ServerId = "v1" })).Servers).ServerId);
        Assert.Equal(0, (await cluster.Directory.ListAsync(query with { ServerId = "no id" })).TotalCount);
        Assert.Equal(0, (await cluster.Directory.ListAsync(query with { Members = """{"ip":"10.0.0.7"}""" })).TotalCount);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    public async Task A_project_id_that_is_none_is_refused(string project)
    {
        BrokerException refused = await Assert.ThrowsAsync<BrokerException>(() => RegisterAsync("x", project));

        Assert.Equal(BrokerErrorReason.InvalidArgument, refused.Reason);
        Assert.Contains("project_id", refused.Message, StringComparison.Ordinal);
    }

    private async Task<ISourceServerGrain> RegisterAsync(string id, string? project)
    {
        Assert.Equal(id, await cluster.Directory.RegisterAsync(new RegisterCall { ServerId = id, ProjectId = project, Name = "test", OsType = "LINUX" }));
        return cluster.Queue(new SourceServerKey(ProjectId.Parse(project ?? ProjectId.DefaultValue), ServerId.Parse(id)).Text);
    }
}
