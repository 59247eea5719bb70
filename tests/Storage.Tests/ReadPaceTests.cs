using CommandBroker.Storage.Batching;
using Xunit;

namespace CommandBroker.Storage.Tests;

public sealed class ReadPaceTests
{
    private readonly ReadPace _pace = new();

    [Fact]
    public void Empty_queues_are_soon_read_in_the_largest_batches()
    {
        for (int round = 0; round < 4; round++)
        {
            _pace.Read(_pace.Count, 0);
        }

        Assert.Equal(ReadPace.MostCount, _pace.Count);
    }

    [Fact]
    public void Few_queues_do_not_make_the_next_read_smaller()
    {
        int before = _pace.Count;

        _pace.Read(1, 100);

        Assert.Equal(before, _pace.Count);
    }

    [Fact]
    public void Queues_that_fill_a_read_are_read_one_by_one()
    {
        _pace.Read(_pace.Count, _pace.Count * ReadPace.MostBytes);

        Assert.Equal(1, _pace.Count);
    }

    [Fact]
    public void As_many_are_read_as_fit()
    {
        _pace.Read(10, ReadPace.MostBytes * 2);

        Assert.Equal(5, _pace.Count);
    }

    [Fact]
    public void A_read_that_comes_to_no_end_is_halved_until_one_queue_is_left()
    {
        for (int round = 0; round < 10; round++)
        {
            _pace.Failed(_pace.Count);
        }

        Assert.Equal(1, _pace.Count);
    }
}
