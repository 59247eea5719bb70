using CommandBroker.Core;
using CommandBroker.Storage.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Grains.Tests;

public sealed class PendingQuotasTests
{
    private static readonly SourceServerKey Web = SourceServerKey.Parse("blue/web");
    private static readonly TimeSpan Interval = new QueueOptions().QuotaInterval;

    private readonly FaultyDatabase _database = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly PendingQuotas _quotas;

    public PendingQuotasTests() =>
        _quotas = new PendingQuotas(_database, Options.Create(new QueueOptions()), _clock, NullLogger<PendingQuotas>.Instance);

    [Fact]
    public async Task A_project_without_a_quota_is_not_counted()
    {
        Assert.Null(_quotas.Find(Web));
        await SetAsync("blue", null);
        Assert.Null(_quotas.Find(Web));
        await SetAsync("red", 3);
        Assert.Null(_quotas.Find(Web));
        Assert.Null(_quotas.Find(SourceServerKey.Parse("web")));
    }

    [Fact]
    public async Task A_project_with_a_quota_is_counted_once_in_an_interval_and_not_while_it_rests()
    {
        await SetAsync("blue", 3);
        for (int i = 0; i < 10; i++)
        {
            await ReserveAsync(1);
        }

        Assert.Equal(1, _database.CountCount);
        _clock.Advance(Interval);
        await ReserveAsync(1);
        await ReserveAsync(1);
        Assert.Equal(2, _database.CountCount);
        _clock.Advance(100 * Interval);
        await _quotas.RefreshAsync();
        Assert.Equal(2, _database.CountCount);
    }

    [Fact]
    public async Task A_count_that_takes_long_is_made_less_often()
    {
        await SetAsync("blue", 3);
        _database.OnCount = () => _clock.Advance(2 * Interval);
        await ReserveAsync(1);
        for (int i = 0; i < 17; i++)
        {
            _clock.Advance(Interval);
            await ReserveAsync(1);
        }

        Assert.Equal(1, _database.CountCount);
        _clock.Advance(Interval);
        await ReserveAsync(1);
        Assert.Equal(2, _database.CountCount);
    }

    [Fact]
    public async Task A_quota_that_changes_or_goes_counts_with_the_next_reading()
    {
        await SetAsync("blue", 1);
        Assert.False(await ReserveAsync(2));
        await SetAsync("blue", 2);
        Assert.True(await ReserveAsync(2));
        await SetAsync("blue", null);
        Assert.Null(_quotas.Find(Web));
    }

    [Fact]
    public async Task A_store_that_is_away_leaves_what_is_known_in_force()
    {
        await SetAsync("blue", 2);
        Assert.True(await ReserveAsync(2));
        _database.IsDown = true;
        _clock.Advance(10 * Interval);
        Assert.True(await ReserveAsync(2));
        Assert.False(await ReserveAsync(3));
    }

    private async Task SetAsync(string project, int? quota)
    {
        await _database.Identities.WriteAsync(new IdentityWrite { Projects = [BrokerCluster.Project(project) with { MaxPendingCommands = quota }] });
        await _quotas.RefreshAsync();
    }

    private async Task<bool> ReserveAsync(int count)
    {
        CountedQuota quota = _quotas.Find(Web)!;
        bool fits = await _quotas.TryReserveAsync(quota, count);
        if (fits)
        {
            quota.Pending.Release(count);
        }

        return fits;
    }
}
