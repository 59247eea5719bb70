using CommandBroker.Contracts;
using CommandBroker.Storage.Identity;
using Xunit;

namespace CommandBroker.Grains.Tests;

public sealed class IdentityWritesTests(IdentitySilo broker) : IClassFixture<IdentitySilo>
{
    private readonly IdentityWrites _writes = broker.Service<IdentityWrites>();

    [Fact]
    public async Task Refusal_read_across_another_change_is_decided_anew()
    {
        int rounds = 0;
        int answer = await _writes.RunAsync<int>(async () =>
        {
            if (++rounds == 1)
            {
                Assert.True(await broker.Database.Identities.WriteAsync(new IdentityWrite()));
                throw Refusal();
            }

            return (null, rounds);
        });

        Assert.Equal(2, answer);
    }

    [Fact]
    public async Task Refusal_stands_when_nothing_has_changed()
    {
        int rounds = 0;
        await Assert.ThrowsAsync<BrokerException>(() => _writes.RunAsync<int>(() =>
        {
            rounds++;
            throw Refusal();
        }));

        Assert.Equal(1, rounds);
    }

    private static BrokerException Refusal() => new(BrokerErrorReason.InvalidArgument, "It is another principal's.");
}
