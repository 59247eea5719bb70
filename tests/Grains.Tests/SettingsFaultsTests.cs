using CommandBroker.Contracts;
using CommandBroker.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>What callers of a source server are told when the grain that keeps its settings is out of reach.</summary>
public sealed class SettingsFaultsTests
{
    private static readonly SourceServerKey Key = SourceServerKey.Parse("a");

    [Fact]
    public async Task Rejection_of_the_inner_call_is_not_taken_for_one_of_the_outer_call()
    {
        var handedBack = new OrleansException("Silo stopping ");

        BrokerException ofWrite = await Assert.ThrowsAsync<BrokerException>(
            () => SettingsFaults.TranslateAsync(new ValueTask(Task.FromException(handedBack)), NullLogger.Instance, Key));
        BrokerException ofRead = await Assert.ThrowsAsync<BrokerException>(
            () => SettingsFaults.TranslateAsync(new ValueTask<int>(Task.FromException<int>(handedBack)), NullLogger.Instance, Key));

        Assert.All([ofWrite, ofRead], told =>
        {
            Assert.Equal(BrokerErrorReason.StorageUnavailable, told.Reason);
            Assert.True(told.IsTransient);
            Assert.Null(told.InnerException);
        });
    }

    [Fact]
    public async Task Answer_is_passed_on() => Assert.Equal(7, await SettingsFaults.TranslateAsync(new ValueTask<int>(7), NullLogger.Instance, Key));
}
