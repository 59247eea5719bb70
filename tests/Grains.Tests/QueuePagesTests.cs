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

        ISourceServerGrain pages = queue;
        QueueView first = await pages.ListAsync(null, 2);
        await queue.CancelAsync(5, "operator", null);
        QueueView second = await pages.ListAsync(first.NextAfter, 2);
        QueueView third = await pages.ListAsync(second.NextAfter, 2);

        Assert.Equal([2L, 5], first.Commands.Select(command => command.Seq));
        Assert.Equal([1L, 3], second.Commands.Select(command => command.Seq));
        Assert.Equal([4L], third.Commands.Select(command => command.Seq));
        Assert.Null(third.NextAfter);
        Assert.Equal((4, 4), (second.PendingCount, third.PendingCount));
        Assert.Null((await pages.ListAsync(null, 4)).NextAfter);
    }

    [Theory]
    [InlineData("1")]
    [InlineData(".5")]
    [InlineData("0.x")]
    [InlineData("0.-1")]
    public async Task A_cursor_that_is_none_is_refused(string after)
    {
        ISourceServerGrain pages = await cluster.NewQueueAsync();

        BrokerException refused = await Assert.ThrowsAsync<BrokerException>(() => pages.ListAsync(after, 1).AsTask());

        Assert.Equal(BrokerErrorReason.InvalidArgument, refused.Reason);
    }

    [Fact]
    public async Task A_limit_outside_its_bounds_is_refused()
    {
        ISourceServerGrain pages = await cluster.NewQueueAsync();

        await Assert.ThrowsAsync<BrokerException>(() => pages.ListAsync(null, 0).AsTask());
        await Assert.ThrowsAsync<BrokerException>(() => pages.ListAsync(null, QueueView.MaxLimit + 1).AsTask());
    }

    [Fact]
    public void A_page_ends_before_it_is_too_long_and_not_much_more_is_read()
    {
        var page = new PageBuilder(QueueView.MaxLimit);

        int read = Fill(page, Command(new string(' ', 1024 * 1024)));

        Assert.Equal(3, page.Commands.Count);
        Assert.InRange(read, 4, 20);
    }

    [Fact]
    public void A_page_is_bounded_in_bytes_and_not_in_characters()
    {
        var page = new PageBuilder(QueueView.MaxLimit);

        Fill(page, Command(new string('\u20ac', 700_000)));

        Assert.Single(page.Commands);
    }

    [Fact]
    public void Long_items_behind_short_ones_are_read_a_few_at_a_time()
    {
        var page = new PageBuilder(QueueView.MaxLimit);
        Assert.All(Enumerable.Repeat(Command("{}"), 200), command => Assert.True(page.TryAdd(command)));

        Assert.InRange(page.NextCount, 1, PageBuilder.MostCount);
    }

    [Fact]
    public void A_page_takes_one_item_however_long_it_is()
    {
        var page = new PageBuilder(10);

        Assert.True(page.TryAdd(Report(PageBuilder.MaxBytes + 1)));
        Assert.False(page.TryAdd(Report(1)));
        Assert.False(page.TryAdd(Command("{}")));
        Assert.Equal((0, 0), (page.NextCount, page.NextStrayCount));
    }

    [Fact]
    public void A_page_of_short_commands_is_full_at_its_limit()
    {
        var page = new PageBuilder(100);

        int read = Fill(page, Command("{}"));

        Assert.Equal((100, 100), (page.Commands.Count, read));
    }

    private static int Fill(PageBuilder page, Command command)
    {
        int read = 0;
        while (page.NextCount is > 0 and int asked)
        {
            read += asked;
            _ = Enumerable.Repeat(command, asked).All(page.TryAdd);
        }

        return read;
    }

    private static Command Command(string param) =>
        new() { Seq = 1, Name = "START", Param = param, EnqueuedAt = DateTimeOffset.UnixEpoch, EnqueuedBy = "operator" };

    private static StrayReport Report(int length) => new()
    {
        Reason = StrayReason.Unsolicited,
        Name = "START",
        Result = ReportResult.Success,
        ResultDetail = new string(' ', length),
        ReportedAt = DateTimeOffset.UnixEpoch,
        ReportedBy = "agent",
    };
}
