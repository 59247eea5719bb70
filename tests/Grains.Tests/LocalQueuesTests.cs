using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>What a process says of the queues that are active in it.</summary>
public sealed class LocalQueuesTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void A_queue_that_says_it_is_idle_is_idle_until_then()
    {
        var queues = new LocalQueues(_clock);
        queues.Add("srv-1").SetIdle(_clock.GetTimestamp() + _clock.TimestampFrequency);
        Assert.True(queues.IsIdle("srv-1"));

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(queues.IsIdle("srv-1"));
    }

    [Fact]
    public void The_end_of_an_activation_leaves_the_queue_of_the_one_that_took_its_place()
    {
        var queues = new LocalQueues(_clock);
        LocalQueue first = queues.Add("srv-1");
        queues.Add("srv-1").SetIdle(long.MaxValue);

        queues.Remove("srv-1", first);

        Assert.True(queues.IsIdle("srv-1"));
    }

    [Fact]
    public void Where_no_gateway_asks_none_is_kept()
    {
        var queues = new LocalQueues(_clock, hasGateway: false);
        queues.Add("srv-1").SetIdle(long.MaxValue);

        Assert.False(queues.IsIdle("srv-1"));
    }
}
