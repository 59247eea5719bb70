using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Core;
using CommandBroker.Storage;
using CommandBroker.Testing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>Low-rate grain state in real databases, through Orleans' own ADO.NET provider.</summary>
public sealed class StoredGrainStateTests
{
    private static readonly SourceServerSettings Strict = new()
    {
        DeliveryMode = DeliveryMode.Sequential,
        VisibilityTimeout = TimeSpan.FromSeconds(90),
        MaxDeliveries = 1,
    };

    [Fact]
    public Task Settings_survive_a_restart_on_SQLite() => AssertStateSurvivesAsync(StorageProvider.Sqlite);

    [PostgresFact]
    public Task Settings_survive_a_restart_on_PostgreSQL() => AssertStateSurvivesAsync(StorageProvider.Postgres);

    [Fact]
    public Task Of_two_writes_that_follow_one_reading_the_second_is_refused_on_SQLite() => AssertSecondWriteOfOneReadingIsRefusedAsync(StorageProvider.Sqlite);

    [PostgresFact]
    public Task Of_two_writes_that_follow_one_reading_the_second_is_refused_on_PostgreSQL() => AssertSecondWriteOfOneReadingIsRefusedAsync(StorageProvider.Postgres);

    [Fact]
    public Task Settings_of_a_source_server_rule_its_queue_on_SQLite() => AssertSettingsRuleAsync(StorageProvider.Sqlite);

    [PostgresFact]
    public Task Settings_of_a_source_server_rule_its_queue_on_PostgreSQL() => AssertSettingsRuleAsync(StorageProvider.Postgres);

    [Fact]
    public Task What_came_with_a_signature_is_known_after_a_restart_until_it_is_too_old_on_SQLite() => AssertClaimsSurviveAsync(StorageProvider.Sqlite);

    [PostgresFact]
    public Task What_came_with_a_signature_is_known_after_a_restart_until_it_is_too_old_on_PostgreSQL() => AssertClaimsSurviveAsync(StorageProvider.Postgres);

    private static async Task AssertClaimsSurviveAsync(StorageProvider provider)
    {
        string first = new('a', 32), second = new('b', 32);
        await using StoredCluster clusters = await StoredCluster.CreateAsync(provider);
        DateTimeOffset goodUntil = clusters.Clock.GetUtcNow().AddMinutes(15);
        ISignatureClaimGrain before = (await clusters.StartAsync()).GetGrain<ISignatureClaimGrain>(7);
        Assert.True(await before.ClaimAsync(first, 2, goodUntil));
        Assert.False(await before.ClaimAsync(first, 4, goodUntil));

        await clusters.StopAllAsync();
        ISignatureClaimGrain after = (await clusters.StartAsync()).GetGrain<ISignatureClaimGrain>(7);

        Assert.True(await after.ClaimAsync(first, 2, goodUntil));
        Assert.False(await after.ClaimAsync(first, 4, goodUntil));
        clusters.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.True(await after.ClaimAsync(second, 2, goodUntil.AddMinutes(30)));
        Assert.True(await after.ClaimAsync(first, 4, goodUntil.AddMinutes(30)));
    }

    private static async Task AssertStateSurvivesAsync(StorageProvider provider)
    {
        await using StoredCluster clusters = await StoredCluster.CreateAsync(provider);
        IGrainFactory before = await clusters.StartAsync();
        string id = await RegisterAsync(before);
        await before.GetGrain<ISourceServerGrain>(id).ConfigureAsync(Strict);

        await clusters.StopAllAsync();
        IGrainFactory after = await clusters.StartAsync();

        Assert.Equal(Strict, await after.GetGrain<ISourceServerGrain>(id).ReadSettingsAsync());
    }

    private static async Task AssertSecondWriteOfOneReadingIsRefusedAsync(StorageProvider provider)
    {
        await using StoredCluster clusters = await StoredCluster.CreateAsync(provider);
        var first = (await clusters.StartAsync()).GetGrain<ISourceServerSettingsGrain>("one");
        var second = (await clusters.StartAsync()).GetGrain<ISourceServerSettingsGrain>("one");
        await first.WriteAsync(new SourceServerSettings { MaxDeliveries = 1 });
        Assert.Equal(await first.ReadAsync(), await second.ReadAsync());

        await first.WriteAsync(Strict);
        BrokerException refusal = await Assert.ThrowsAsync<BrokerException>(() => second.WriteAsync(new SourceServerSettings { MaxDeliveries = 2 }).AsTask());

        Assert.True(refusal.IsTransient);
        Assert.Equal(Strict, await first.ReadAsync());
        Assert.Equal(Strict, await second.ReadAsync());
        await second.WriteAsync(new SourceServerSettings { MaxDeliveries = 3 });
        Assert.Equal(3, (await second.ReadAsync())?.MaxDeliveries);
    }

    private static async Task AssertSettingsRuleAsync(StorageProvider provider)
    {
        await using StoredCluster clusters = await StoredCluster.CreateAsync(provider);
        IGrainFactory before = await clusters.StartAsync();
        string id = await RegisterAsync(before);
        await before.GetGrain<ISourceServerGrain>(id).ConfigureAsync(Strict);
        await clusters.StopAllAsync();
        ISourceServerGrain queue = (await clusters.StartAsync()).GetGrain<ISourceServerGrain>(id);
        await BrokerCluster.EnqueueAsync(queue, "START");
        await BrokerCluster.EnqueueAsync(queue, "STOP");

        PollReply delivered = await queue.PollAsync();
        PollReply repeated = await queue.PollAsync();
        clusters.Clock.Advance(TimeSpan.FromSeconds(90));
        PollReply next = await queue.PollAsync();

        Assert.Equal((TimeSpan.FromSeconds(90), "START", true), (delivered.LeaseRemaining, repeated.Name, repeated.IsRepeat));
        Assert.Equal("STOP", next.Name);
        Assert.Equal(CommandState.DeadLettered, (await queue.ShowAsync(1))!.State);
        await queue.ConfigureAsync(new SourceServerSettings());
        Assert.Equal(new SourceServerSettings(), await queue.ReadSettingsAsync());
    }

    private static async Task<string> RegisterAsync(IGrainFactory grains) =>
        await grains.GetGrain<ISourceDirectoryGrain>(0).RegisterAsync(new RegisterCall { Name = "test", OsType = "LINUX" });
}
