namespace CommandBroker.Core.Tests.Rules;

public sealed class QueuePolicyTests
{
    private static readonly QueuePolicy Broker = new();

    [Fact]
    public void The_defaults_are_those_that_are_documented()
    {
        Assert.Equal(
            new QueuePolicy
            {
                DeliveryMode = DeliveryMode.Queue,
                VisibilityTimeout = TimeSpan.FromMinutes(5),
                MaxDeliveries = 10,
                MaxPendingCount = 1_000,
                MaxOutstandingCount = 100,
                MaxHistoryCount = 100_000,
                MaxParamBytes = 65_536,
                DefaultTimeToLive = null,
                Supersede = SupersessionRules.None,
            },
            Broker);
    }

    [Fact]
    public void Without_overrides_the_policy_is_the_same()
    {
        Assert.Same(Broker, Broker.With(null));
        Assert.Same(Broker, Broker.With(new QueueOverrides()));
    }

    [Fact]
    public void A_source_server_overrides_each_of_three_by_itself()
    {
        Assert.Equal(Broker with { DeliveryMode = DeliveryMode.Sequential }, Broker.With(new QueueOverrides { DeliveryMode = DeliveryMode.Sequential }));
        Assert.Equal(Broker with { VisibilityTimeout = TimeSpan.FromSeconds(1) }, Broker.With(new QueueOverrides { VisibilityTimeout = TimeSpan.FromSeconds(1) }));
        Assert.Equal(Broker with { MaxDeliveries = 1, HasOwnMaxDeliveries = true }, Broker.With(new QueueOverrides { MaxDeliveries = 1 }));
    }

    [Fact]
    public void Overrides_are_empty_only_when_each_is_null()
    {
        Assert.True(new QueueOverrides().IsEmpty);
        Assert.False(new QueueOverrides { DeliveryMode = DeliveryMode.Queue }.IsEmpty);
        Assert.False(new QueueOverrides { VisibilityTimeout = TimeSpan.Zero }.IsEmpty);
        Assert.False(new QueueOverrides { MaxDeliveries = 10 }.IsEmpty);
    }
}
