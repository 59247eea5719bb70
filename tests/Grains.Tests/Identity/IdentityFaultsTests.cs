using CommandBroker.Contracts;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime;
using Orleans.Serialization;
using Xunit;

namespace CommandBroker.Grains.Tests.Identity;

/// <summary>What callers of the identities are told of faults behind them.</summary>
public sealed class IdentityFaultsTests
{
    [Fact]
    public async Task A_cause_that_cannot_be_sent_by_the_grain_s_silo_is_told_as_a_store_that_does_not_answer()
    {
        var unsent = new CodecNotFoundException("Could not find a codec for type Npgsql.NpgsqlException.");

        BrokerException told = await Assert.ThrowsAsync<BrokerException>(() => IdentityFaults.TranslateAsync(Task.FromException(unsent), NullLogger.Instance));

        Assert.Equal(BrokerErrorReason.StorageUnavailable, told.Reason);
        Assert.True(told.IsTransient);
    }

    [Fact]
    public async Task State_of_another_grain_that_cannot_be_read_is_told_as_a_store_that_does_not_answer_without_its_cause()
    {
        var unread = new OrleansException("Error from storage provider", new IOException("Connection reset by peer"));

        BrokerException told = await Assert.ThrowsAsync<BrokerException>(() => IdentityFaults.TranslateAsync(Task.FromException(unread), NullLogger.Instance));

        Assert.Equal(BrokerErrorReason.StorageUnavailable, told.Reason);
        Assert.True(told.IsTransient);
        Assert.Null(told.InnerException);
    }
}
