using CommandBroker.Contracts;
using CommandBroker.Core;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>A source server whose own settings cannot be read, for now or for good, is not one that follows the broker.</summary>
public sealed class UnreadSettingsTests : IAsyncLifetime
{
    private static readonly SourceServerSettings Once = new() { DeliveryMode = DeliveryMode.AtMostOnce };

    private readonly BrokerCluster _cluster = new();

    public Task InitializeAsync() => _cluster.InitializeAsync();

    public Task DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Settings_that_cannot_be_read_fail_every_call_and_then_rule_again()
    {
        ISourceServerGrain queue = await _cluster.NewQueueAsync();
        await queue.ConfigureAsync(Once);
        await BrokerCluster.EnqueueAsync(queue, "START");
        await _cluster.EndIdleAsync(queue);
        _cluster.GrainStates.IsDown = true;

        for (int call = 0; call < 3; call++)
        {
            BrokerException refused = await Assert.ThrowsAsync<BrokerException>(async () => await queue.PollAsync());
            Assert.Equal((BrokerErrorReason.StorageUnavailable, true), (refused.Reason, refused.IsTransient));
        }

        _cluster.GrainStates.IsDown = false;
        Assert.Equal(PollStatus.Delivered, (await queue.PollAsync()).Status);
        Assert.Equal(CommandState.Delivered, (await queue.ShowAsync(1))!.State);
    }

    [Fact]
    public async Task Settings_on_a_damaged_page_quarantine_their_source_server_until_the_page_is_mended()
    {
        ISourceServerGrain queue = await _cluster.NewQueueAsync();
        SourceServerKey key = SourceServerKey.Parse(queue.GetPrimaryKeyString());
        await queue.ConfigureAsync(Once);
        await BrokerCluster.EnqueueAsync(queue, "START");
        await _cluster.EndIdleAsync(queue);
        _cluster.GrainStates.IsDamaged = true;

        BrokerException refused = await Assert.ThrowsAsync<BrokerException>(async () => await queue.PollAsync());
        Assert.Equal((BrokerErrorReason.Quarantined, false), (refused.Reason, refused.IsTransient));
        Assert.NotNull((await _cluster.Database.SourceServers.FindAsync(key))!.QuarantineReason);

        _cluster.GrainStates.IsDamaged = false;
        Assert.Equal(PollStatus.Delivered, (await queue.PollAsync()).Status);
        Assert.Null((await _cluster.Database.SourceServers.FindAsync(key))!.QuarantineReason);
    }

    [Fact]
    public async Task Settings_that_are_lost_quarantine_their_source_server_until_they_are_stored_anew()
    {
        ISourceServerGrain queue = await _cluster.NewQueueAsync();
        SourceServerKey key = SourceServerKey.Parse(queue.GetPrimaryKeyString());
        await queue.ConfigureAsync(Once);
        await BrokerCluster.EnqueueAsync(queue, "START");
        await _cluster.EndIdleAsync(queue);
        _cluster.GrainStates.Clear();

        for (int call = 0; call < 2; call++)
        {
            Assert.Equal(BrokerErrorReason.Quarantined, (await Assert.ThrowsAsync<BrokerException>(async () => await queue.PollAsync())).Reason);
            Assert.Equal(BrokerErrorReason.Quarantined, (await Assert.ThrowsAsync<BrokerException>(async () => await queue.ReadSettingsAsync())).Reason);
            Assert.NotNull((await _cluster.Database.SourceServers.FindAsync(key))!.QuarantineReason);
        }

        await queue.ConfigureAsync(Once);
        Assert.Equal(PollStatus.Delivered, (await queue.PollAsync()).Status);
        Assert.Equal(CommandState.Delivered, (await queue.ShowAsync(1))!.State);
        Assert.Null((await _cluster.Database.SourceServers.FindAsync(key))!.QuarantineReason);
    }

    [Fact]
    public async Task Settings_that_are_cleared_are_none_also_after_its_queue_was_read_anew()
    {
        ISourceServerGrain queue = await _cluster.NewQueueAsync();
        await queue.ConfigureAsync(Once);
        await queue.ConfigureAsync(new SourceServerSettings());
        await _cluster.EndIdleAsync(queue);

        Assert.Equal(new SourceServerSettings(), await queue.ReadSettingsAsync());
        await BrokerCluster.EnqueueAsync(queue, "START");
        await queue.PollAsync();
        Assert.Equal(CommandState.Leased, (await queue.ShowAsync(1))!.State);
    }
}
