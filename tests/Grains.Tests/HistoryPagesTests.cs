using System.Text;
using CommandBroker.Contracts;
using CommandBroker.Core;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>A history of long reports comes in pages that are bounded in bytes, and nothing of it is left out or shown twice.</summary>
public sealed class HistoryPagesTests(BrokerCluster cluster) : IClassFixture<BrokerCluster>
{
    private const int DetailLength = 262_144;

    [Fact]
    public async Task Long_reports_that_ended_no_command_and_long_commands_come_page_by_page()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        for (int i = 0; i < 40; i++)
        {
            Assert.Equal(ReportReplyStatus.KeptAsStray, await queue.ReportAsync(Report($"STRAY{i}", null)));
        }

        for (int i = 1; i <= 40; i++)
        {
            EnqueueCall call = BrokerCluster.Call("START") with { Param = $$"""{"a":"{{new string('a', 60_000)}}"}""" };
            Assert.Null((await queue.EnqueueAsync([call], "operator"))[0].Error);
            Assert.Equal(i, (await queue.PollAsync()).Seq);
            Assert.Equal(ReportReplyStatus.Ended, await queue.ReportAsync(Report("START", i)));
        }

        List<HistoryPage> pages = [await queue.ReadHistoryAsync(before: null, HistoryPage.MaxLimit)];
        while (pages[^1].NextBefore is { } before)
        {
            pages.Add(await queue.ReadHistoryAsync(before, HistoryPage.MaxLimit));
        }

        Assert.All(pages, page => Assert.InRange(BytesOf(page), 1, PageBuilder.MaxBytes));
        Assert.Equal(Enumerable.Range(0, 40).Reverse().Select(i => $"STRAY{i}"), pages.SelectMany(page => page.StrayReports).Select(report => report.Name));
        Assert.Equal(Enumerable.Range(1, 40).Reverse().Select(i => (long)i), pages.SelectMany(page => page.Commands).Select(command => command.Seq));
    }

    [Fact]
    public async Task Reports_that_fill_a_page_to_the_last_leave_the_commands_to_the_next_one()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        await queue.ReportAsync(Report("LONG", null) with { ResultDetail = $"\"{new string('a', PageBuilder.MaxBytes)}\"" });
        await queue.CancelAsync(await BrokerCluster.EnqueueAsync(queue, "SYNC"), "operator", null);

        HistoryPage first = await queue.ReadHistoryAsync(before: null, 10);
        HistoryPage second = await queue.ReadHistoryAsync(first.NextBefore, 10);

        Assert.Equal((1, 0), (first.StrayReports.Length, first.Commands.Length));
        Assert.Equal((0, 1), (second.StrayReports.Length, second.Commands.Length));
        Assert.Null(second.NextBefore);
    }

    private static ReportCall Report(string name, long? seq) =>
        BrokerCluster.Report(name, seq: seq) with { ResultDetail = $"\"{new string('a', DetailLength - 2)}\"" };

    private static int BytesOf(HistoryPage page) =>
        page.StrayReports.Sum(report => Encoding.UTF8.GetByteCount(report.ResultDetail))
        + page.Commands.Sum(command => Encoding.UTF8.GetByteCount(command.Param) + Encoding.UTF8.GetByteCount(command.ResultDetail!));
}
