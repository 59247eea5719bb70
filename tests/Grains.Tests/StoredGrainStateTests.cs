using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;
using CommandBroker.Testing;
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
    public Task Settings_and_credentials_survive_a_restart_on_SQLite() => AssertStateSurvivesAsync(StorageProvider.Sqlite);

    [PostgresFact]
    public Task Settings_and_credentials_survive_a_restart_on_PostgreSQL() => AssertStateSurvivesAsync(StorageProvider.Postgres);

    [Fact]
    public Task Of_two_first_writes_of_one_state_the_second_is_refused_on_SQLite() => AssertSecondFirstWriteIsRefusedAsync(StorageProvider.Sqlite);

    [PostgresFact]
    public Task Of_two_first_writes_of_one_state_the_second_is_refused_on_PostgreSQL() => AssertSecondFirstWriteIsRefusedAsync(StorageProvider.Postgres);

    [Fact]
    public Task Settings_of_a_source_server_rule_its_queue_on_SQLite() => AssertSettingsRuleAsync(StorageProvider.Sqlite);

    [PostgresFact]
    public Task Settings_of_a_source_server_rule_its_queue_on_PostgreSQL() => AssertSettingsRuleAsync(StorageProvider.Postgres);

    private static async Task AssertStateSurvivesAsync(StorageProvider provider)
    {
        var credential = new CredentialRecord { Principal = "operator", Role = Role.Operator, TokenHash = new string('a', 64) };
        await using StoredCluster clusters = await StoredCluster.CreateAsync(provider);
        IGrainFactory before = await clusters.StartAsync();
        string id = await RegisterAsync(before);
        await before.GetGrain<ISourceServerGrain>(id).ConfigureAsync(Strict);
        await before.GetGrain<ICredentialGrain>(0).PutAsync([credential]);

        await clusters.StopAllAsync();
        IGrainFactory after = await clusters.StartAsync();

        Assert.Equal(Strict, await after.GetGrain<ISourceServerGrain>(id).ReadSettingsAsync());
        Assert.Equal(credential, Assert.Single(await after.GetGrain<ICredentialGrain>(0).ReadAsync()));
    }

    private static async Task AssertSecondFirstWriteIsRefusedAsync(StorageProvider provider)
    {
        await using StoredCluster clusters = await StoredCluster.CreateAsync(provider);
        var first = (await clusters.StartAsync()).GetGrain<ISourceServerSettingsGrain>("one");
        var second = (await clusters.StartAsync()).GetGrain<ISourceServerSettingsGrain>("one");
        Assert.Equal(await first.ReadAsync(), await second.ReadAsync());

        await first.WriteAsync(Strict);
        BrokerException refusal = await Assert.ThrowsAsync<BrokerException>(() => second.WriteAsync(new SourceServerSettings { MaxDeliveries = 2 }).AsTask());

        Assert.True(refusal.IsTransient);
        Assert.Equal(Strict, await first.ReadAsync());
        Assert.Equal(Strict, await second.ReadAsync());
        await second.WriteAsync(new SourceServerSettings { MaxDeliveries = 3 });
        Assert.Equal(3, (await second.ReadAsync()).MaxDeliveries);
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
