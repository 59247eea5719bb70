using CommandBroker.Contracts;
using CommandBroker.Core;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>Lists come in pages that are bounded in number and in size.</summary>
public sealed class QueuePagesTests(BrokerCluster cluster) : IClassFixture<BrokerCluster>
{
    [Fact]
    public async Task Pages_follow_the_order_of_hand_out_and_go_on_behind_what_has_left_the_queue()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        foreach (int priority in (int[])[0, 1, 0, -1, 1])
        {
            Assert.Null((await queue.EnqueueAsync([BrokerCluster.Call("START") with { Priority = priority }], "operator"))[0].Error);
        }

        IQueuePages pages = cluster.Pages(queue);
        QueueView first = await pages.ListPageAsync(null, 2);
        await queue.CancelAsync(5, "operator", null);
        QueueView second = await pages.ListPageAsync(first.NextAfter, 2);
        QueueView third = await pages.ListPageAsync(second.NextAfter, 2);

        Assert.Equal([2L, 5], first.Commands.Select(command => command.Seq));
        Assert.Equal([1L, 3], second.Commands.Select(command => command.Seq));
        Assert.Equal([4L], third.Commands.Select(command => command.Seq));
        Assert.Null(third.NextAfter);
        Assert.Equal((4, 4), (second.PendingCount, third.PendingCount));
        Assert.Null((await pages.ListPageAsync(null, 4)).NextAfter);
    }

    [Theory]
    [InlineData("1")]
    [InlineData(".5")]
    [InlineData("0.x")]
    [InlineData("0.-1")]
    public async Task A_cursor_that_is_none_is_refused(string after)
    {
        IQueuePages pages = cluster.Pages(await cluster.NewQueueAsync());

        BrokerException refused = await Assert.ThrowsAsync<BrokerException>(() => pages.ListPageAsync(after, 1).AsTask());

        Assert.Equal(BrokerErrorReason.InvalidArgument, refused.Reason);
    }

    [Fact]
    public async Task A_limit_outside_its_bounds_is_refused()
    {
        IQueuePages pages = cluster.Pages(await cluster.NewQueueAsync());

        await Assert.ThrowsAsync<BrokerException>(() => pages.ListPageAsync(null, 0).AsTask());
        await Assert.ThrowsAsync<BrokerException>(() => pages.ListPageAsync(null, QueueView.MaxLimit + 1).AsTask());
    }

    [Fact]
    public void A_page_is_full_when_its_commands_are_long()
    {
        var page = new PageBuilder(QueueView.MaxLimit);
        int read = 0;
        while (page.NextCount is > 0 and int asked)
        {
            read += asked;
            page.AddRange([.. Enumerable.Repeat(Command(1024 * 1024), asked)]);
        }

        Assert.InRange(read, 1, 40);
        Assert.True(page.IsFull);
    }

    [Fact]
    public void A_page_of_short_commands_is_full_at_its_limit()
    {
        var page = new PageBuilder(100);
        var asked = new List<int>();
        while (page.NextCount > 0)
        {
            asked.Add(page.NextCount);
            page.AddRange([.. Enumerable.Repeat(Command(10), page.NextCount)]);
        }

        Assert.Equal([32, 68], asked);
    }

    private static Command Command(int length) =>
        new() { Seq = 1, Name = "START", Param = new string(' ', length), EnqueuedAt = DateTimeOffset.UnixEpoch, EnqueuedBy = "operator" };
}
