using CommandBroker.Core;
using CommandBroker.Storage;
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
    public async Task Two_silos_overshoot_by_the_room_that_was_left_and_no_more()
    {
        await _database.SourceServers.RegisterAsync(new SourceServer { Key = Web, Name = "n", OsType = "LINUX", RegisteredAt = _clock.GetUtcNow() }, 1);
        await SetAsync("blue", 4);
        var other = new PendingQuotas(_database, Options.Create(new QueueOptions()), _clock, NullLogger<PendingQuotas>.Instance);
        await other.RefreshAsync();
        long stored = await EnqueueAsync(_quotas, 1, 1);
        Assert.Equal(1, stored);

        // Both see one pending command, and have room for three more.
        stored = await EnqueueAsync(other, 2, 5);
        stored += await EnqueueAsync(_quotas, 7, 5);
        Assert.Equal(6, stored);

        _clock.Advance(2 * Interval);
        Assert.Equal(0, await EnqueueAsync(other, 20, 5));
        Assert.Equal(0, await EnqueueAsync(_quotas, 30, 5));
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

    /// <summary>Enqueues one by one, as a silo does; the answer is how many found room.</summary>
    private async Task<long> EnqueueAsync(PendingQuotas silo, long firstSeq, int count)
    {
        CountedQuota quota = silo.Find(Web)!;
        StoredQueue queue = (await _database.LoadAsync(Web))!;
        long taken = 0;
        for (long seq = firstSeq; seq < firstSeq + count; seq++)
        {
            using QuotaRoom room = await silo.ReserveAsync(quota, 1);
            if (!room.IsGiven)
            {
                break;
            }

            var command = new Command { Seq = seq, Name = "START", Param = "{}", EnqueuedAt = _clock.GetUtcNow(), EnqueuedBy = "operator" };
            Assert.Equal(CommitStatus.Committed, await _database.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Commands = [command] }));
            quota.Pending.Note(1);
            taken++;
        }

        return taken;
    }

    private async Task<bool> ReserveAsync(int count)
    {
        using QuotaRoom room = await _quotas.ReserveAsync(_quotas.Find(Web)!, count);
        return room.IsGiven;
    }
}
