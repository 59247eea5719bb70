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

    private static async Task<long> HandOutAsync(ISourceServerGrain queue)
    {
        long seq = await BrokerCluster.EnqueueAsync(queue, "START");
        Assert.Equal(seq, (await queue.PollAsync()).Seq);
        return seq;
    }
}
