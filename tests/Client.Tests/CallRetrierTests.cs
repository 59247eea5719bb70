using CommandBroker.Contracts;
using Xunit;

namespace CommandBroker.Client.Tests;

public sealed class CallRetrierTests
{
    [Theory]
    [InlineData(115, 115)]
    [InlineData(600, 120)]
    public async Task A_pause_is_as_long_as_the_broker_asks_up_to_the_limit(int asked, int pause)
    {
        TimeSpan? told = null;
        var options = new RetryOptions { OnRetry = (_, length) => told = length };
        BrokerException fault = CallRetrier.WithRetryAfter(new BrokerException(BrokerErrorReason.Throttled, "Later."), TimeSpan.FromSeconds(asked));

        // Called off before it begins: what was told counts, and nothing waits.
        Task waiting = new CallRetrier(options, TimeProvider.System, () => 0).PauseAsync(1, fault, new CancellationToken(canceled: true));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(TimeSpan.FromSeconds(pause), told);
    }
}
