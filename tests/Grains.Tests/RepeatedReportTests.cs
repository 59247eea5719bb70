using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;
using CommandBroker.Testing;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>A signed report that arrives a second time, when another command of that name may have been handed out.</summary>
public sealed class RepeatedReportTests
{
    private static readonly ReportCall Signed = BrokerCluster.Report("START", tag: 77);

    [Fact]
    public Task The_same_request_ends_no_later_command_of_that_name_on_SQLite() => AssertEndsNoLaterCommandAsync(StorageProvider.Sqlite);

    [PostgresFact]
    public Task The_same_request_ends_no_later_command_of_that_name_on_PostgreSQL() => AssertEndsNoLaterCommandAsync(StorageProvider.Postgres);

    [Fact]
    public async Task The_same_request_of_a_repeated_report_ends_no_later_command()
    {
        await using StoredCluster clusters = await StoredCluster.CreateAsync(StorageProvider.Sqlite);
        ISourceServerGrain queue = await NewQueueAsync(await clusters.StartAsync());
        await HandOutAsync(queue);
        Assert.Equal(ReportReplyStatus.Ended, await queue.ReportAsync(BrokerCluster.Report("START", tag: 5)));
        Assert.Equal(ReportReplyStatus.Repeated, await queue.ReportAsync(Signed));
        long second = await HandOutAsync(queue);
        Assert.Equal(ReportReplyStatus.Repeated, await queue.ReportAsync(Signed));
        Assert.Equal(CommandState.Leased, (await queue.ShowAsync(second))!.State);
    }

    /// <summary>The retry decides while the commit of the first is on its way, and meets it.</summary>
    [Fact]
    public async Task The_same_request_ends_no_later_command_when_the_first_ones_commit_comes_late()
    {
        await using var cluster = new BrokerCluster();
        await cluster.InitializeAsync();
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        long first = await HandOutAsync(queue);
        long second = await HandOutAsync(queue);
        cluster.Database.HoldsNextCommit = true;
        await Assert.ThrowsAsync<BrokerException>(async () => await queue.ReportAsync(Signed));
        cluster.Database.BeforeNextCommit = () => cluster.Database.CommitBehindTheBackAsync(cluster.Database.Held!);

        Assert.Equal(ReportReplyStatus.Repeated, await queue.ReportAsync(Signed));
        Assert.Equal(CommandState.Succeeded, (await queue.ShowAsync(first))!.State);
        Assert.Equal(CommandState.Leased, (await queue.ShowAsync(second))!.State);
    }

    [Fact]
    public async Task The_same_request_of_a_report_that_fitted_nothing_is_refused_again_when_such_a_command_is_handed_out()
    {
        await using StoredCluster clusters = await StoredCluster.CreateAsync(StorageProvider.Sqlite);
        ISourceServerGrain queue = await NewQueueAsync(await clusters.StartAsync());
        await HandOutAsync(queue, "STOP");
        Assert.Equal(ReportReplyStatus.NotOutstanding, await queue.ReportAsync(Signed));
        long start = await HandOutAsync(queue);

        Assert.Equal(ReportReplyStatus.NotOutstanding, await queue.ReportAsync(Signed));

        // Other reports, for which the queue is read anew, change nothing about that.
        Assert.Equal(ReportReplyStatus.NotOutstanding, await queue.ReportAsync(BrokerCluster.Report("SYNC", tag: 78)));
        Assert.Equal(ReportReplyStatus.NotOutstanding, await queue.ReportAsync(Signed));
        Assert.Equal(CommandState.Leased, (await queue.ShowAsync(start))!.State);
        Assert.Equal(ReportReplyStatus.Ended, await queue.ReportAsync(Signed with { Tag = 79 }));
    }

    [Fact]
    public async Task The_same_request_of_a_contradicting_report_is_refused_again_and_kept_once()
    {
        await using StoredCluster clusters = await StoredCluster.CreateAsync(StorageProvider.Sqlite);
        ISourceServerGrain queue = await NewQueueAsync(await clusters.StartAsync());
        await HandOutAsync(queue);
        Assert.Equal(ReportReplyStatus.Ended, await queue.ReportAsync(BrokerCluster.Report("START", tag: 5)));
        ReportCall contradicting = BrokerCluster.Report("START", ReportResult.Fail, tag: 6);
        Assert.Equal(ReportReplyStatus.Contradicting, await queue.ReportAsync(contradicting));
        long second = await HandOutAsync(queue);

        Assert.Equal(ReportReplyStatus.Contradicting, await queue.ReportAsync(contradicting));
        Assert.Equal(CommandState.Leased, (await queue.ShowAsync(second))!.State);
        Assert.Single((await queue.ReadHistoryAsync(null, 10)).StrayReports);
    }

    /// <summary>What ended last may have been enqueued first.</summary>
    [Fact]
    public async Task The_same_request_ends_no_later_command_when_its_command_is_old_and_ended_last()
    {
        await using StoredCluster clusters = await StoredCluster.CreateAsync(StorageProvider.Sqlite);
        ISourceServerGrain queue = await NewQueueAsync(await clusters.StartAsync());
        await HandOutAsync(queue);
        foreach (EnqueueReply other in await queue.EnqueueAsync([.. Enumerable.Repeat(BrokerCluster.Call("STOP"), CommandQueue.ReportHistoryCount)], "operator"))
        {
            await queue.CancelAsync(other.Seq, "operator", null);
        }

        clusters.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ReportReplyStatus.Ended, await queue.ReportAsync(Signed));
        ISourceServerGrain anew = (await clusters.StartAsync()).GetGrain<ISourceServerGrain>(queue.GetPrimaryKeyString());
        long second = await HandOutAsync(anew);

        Assert.Equal(ReportReplyStatus.Repeated, await anew.ReportAsync(Signed));
        Assert.Equal(CommandState.Leased, (await anew.ShowAsync(second))!.State);
    }

    /// <summary>A queue whose deliveries end at once reads its history for each report; the tags of all that ended are read once.</summary>
    [Fact]
    public async Task Tags_are_read_once_while_nobody_else_writes()
    {
        await using var cluster = new BrokerCluster();
        await cluster.InitializeAsync();
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        await queue.ConfigureAsync(new SourceServerSettings { DeliveryMode = DeliveryMode.AtMostOnce }, "operator");
        for (ulong tag = 10; tag < 15; tag++)
        {
            await HandOutAsync(queue);
            Assert.Equal(ReportReplyStatus.Ended, await queue.ReportAsync(Signed with { Tag = tag }));
            Assert.Equal(ReportReplyStatus.Repeated, await queue.ReportAsync(Signed with { Tag = tag }));
            Assert.Equal(ReportReplyStatus.KeptAsStray, await queue.ReportAsync(BrokerCluster.Report("SYNC", tag: tag + 100)));
        }

        Assert.Equal(1, cluster.Database.TagReadCount);
    }

    /// <summary>What another activation has written of commands that had ended does not show in the queue that is in memory.</summary>
    [Fact]
    public async Task The_same_request_ends_no_later_command_when_another_activation_took_the_first_for_one_that_had_ended()
    {
        await using StoredCluster clusters = await StoredCluster.CreateAsync(StorageProvider.Sqlite);
        ISourceServerGrain queue = await NewQueueAsync(await clusters.StartAsync());
        await queue.ConfigureAsync(new SourceServerSettings { DeliveryMode = DeliveryMode.AtMostOnce }, "operator");
        long first = await HandOutAsync(queue);
        await HandOutAsync(queue);
        Assert.Equal(ReportReplyStatus.KeptAsStray, await queue.ReportAsync(BrokerCluster.Report("SYNC", tag: 1)));
        ISourceServerGrain other = (await clusters.StartAsync()).GetGrain<ISourceServerGrain>(queue.GetPrimaryKeyString());
        Assert.Equal(ReportReplyStatus.Ended, await other.ReportAsync(Signed with { Seq = first }));

        Assert.Equal(ReportReplyStatus.Repeated, await queue.ReportAsync(Signed));
    }

    /// <summary>An old page is damaged, and reports of what is handed out now do not depend on it.</summary>
    [Fact]
    public async Task Report_ends_its_command_though_the_history_cannot_be_read()
    {
        await using var cluster = new BrokerCluster();
        await cluster.InitializeAsync();
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        cluster.Database.HasUnreadableHistory = true;
        long seq = await HandOutAsync(queue);

        Assert.Equal(ReportReplyStatus.Ended, await queue.ReportAsync(Signed));
        await HandOutAsync(queue);
        Assert.Equal(ReportReplyStatus.Repeated, await queue.ReportAsync(Signed));
        Assert.Equal(CommandState.Succeeded, (await queue.ShowAsync(seq))!.State);
    }

    /// <summary>The commit of the first is of a command that had ended, so the queue in memory does not show it.</summary>
    [Fact]
    public async Task The_same_request_ends_no_later_command_when_the_commit_of_a_late_report_comes_late()
    {
        await using var cluster = new BrokerCluster();
        await cluster.InitializeAsync();
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        await queue.ConfigureAsync(new SourceServerSettings { DeliveryMode = DeliveryMode.AtMostOnce }, "operator");
        await HandOutAsync(queue);
        cluster.Database.HoldsNextCommit = true;
        await Assert.ThrowsAsync<BrokerException>(async () => await queue.ReportAsync(Signed));
        Assert.Equal(ReportReplyStatus.KeptAsStray, await queue.ReportAsync(BrokerCluster.Report("SYNC", tag: 1)));
        await cluster.Database.CommitBehindTheBackAsync(cluster.Database.Held!);
        await queue.ConfigureAsync(new SourceServerSettings(), "operator");
        long second = await HandOutAsync(queue);
        Assert.Equal(ReportReplyStatus.NotOutstanding, await queue.ReportAsync(BrokerCluster.Report("SYNC", tag: 2)));

        Assert.Equal(ReportReplyStatus.Repeated, await queue.ReportAsync(Signed));
        Assert.Equal(CommandState.Leased, (await queue.ShowAsync(second))!.State);
    }

    /// <summary>A standby that takes over may lack what the server before it showed.</summary>
    [Fact]
    public async Task What_is_known_of_reports_is_read_anew_from_a_server_that_has_taken_over()
    {
        await using var cluster = new BrokerCluster();
        await cluster.InitializeAsync();
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        await HandOutAsync(queue, "STOP");
        Assert.Equal(ReportReplyStatus.NotOutstanding, await queue.ReportAsync(Signed));
        Assert.Equal(1, cluster.Database.TagReadCount);
        cluster.Database.Lineage = "another";
        Assert.Equal(ReportReplyStatus.NotOutstanding, await queue.ReportAsync(BrokerCluster.Report("SYNC", tag: 78)));

        Assert.Equal(2, cluster.Database.TagReadCount);
        await HandOutAsync(queue);
        Assert.Equal(ReportReplyStatus.Ended, await queue.ReportAsync(Signed));
    }

    /// <summary>What is read of the store may end with more recent commands that no report ended, and what was answered is known besides.</summary>
    [Fact]
    public async Task The_same_request_ends_no_later_command_behind_a_conflict_though_the_history_cannot_be_read()
    {
        await using var cluster = new BrokerCluster();
        await cluster.InitializeAsync();
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        await HandOutAsync(queue);
        Assert.Equal(ReportReplyStatus.Ended, await queue.ReportAsync(Signed));
        cluster.Database.HasUnreadableHistory = true;
        cluster.Database.LosesNextAnswer = true;
        await Assert.ThrowsAsync<BrokerException>(async () => await queue.EnqueueAsync([BrokerCluster.Call("START")], "operator"));
        long second = (await queue.PollAsync()).Seq;

        Assert.Equal(ReportReplyStatus.Repeated, await queue.ReportAsync(Signed));
        Assert.Equal(CommandState.Leased, (await queue.ShowAsync(second))!.State);
    }

    private static async Task AssertEndsNoLaterCommandAsync(StorageProvider provider)
    {
        await using StoredCluster clusters = await StoredCluster.CreateAsync(provider);
        IGrainFactory grains = await clusters.StartAsync();
        ISourceServerGrain queue = await NewQueueAsync(grains);
        await HandOutAsync(queue);
        Assert.Equal(ReportReplyStatus.Ended, await queue.ReportAsync(Signed));

        long second = await HandOutAsync(queue);
        Assert.Equal(ReportReplyStatus.Repeated, await queue.ReportAsync(Signed));
        Assert.Equal(ReportReplyStatus.Repeated, await queue.ReportAsync(Signed with { Seq = second }));
        Assert.Equal(CommandState.Leased, (await queue.ShowAsync(second))!.State);

        // An activation that has nothing in memory, as after a restart.
        ISourceServerGrain anew = (await clusters.StartAsync()).GetGrain<ISourceServerGrain>(queue.GetPrimaryKeyString());
        Assert.Equal(ReportReplyStatus.Repeated, await anew.ReportAsync(Signed));
        Assert.Equal(CommandState.Leased, (await anew.ShowAsync(second))!.State);
        Assert.Equal(ReportReplyStatus.Ended, await anew.ReportAsync(Signed with { Tag = 78 }));
    }

    private static async Task<ISourceServerGrain> NewQueueAsync(IGrainFactory grains) =>
        grains.GetGrain<ISourceServerGrain>(await grains.GetGrain<ISourceDirectoryGrain>(0).RegisterAsync(new RegisterCall { Name = "test", OsType = "LINUX" }));

    private static async Task<long> HandOutAsync(ISourceServerGrain queue, string name = "START")
    {
        long seq = await BrokerCluster.EnqueueAsync(queue, name);
        Assert.Equal(seq, (await queue.PollAsync()).Seq);
        return seq;
    }
}
