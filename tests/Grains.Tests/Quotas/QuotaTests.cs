using System.Collections.Immutable;
using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;
using CommandBroker.Storage.Identity;
using Xunit;

namespace CommandBroker.Grains.Tests;

public sealed class QuotaTests(BrokerCluster cluster) : IClassFixture<BrokerCluster>
{
    [Fact]
    public async Task The_pending_commands_of_all_source_servers_count_together()
    {
        await SetAsync("together", pending: 3);
        ISourceServerGrain a = await RegisterAsync("together", "a");
        ISourceServerGrain b = await RegisterAsync("together", "b");
        ISourceServerGrain elsewhere = await RegisterAsync("elsewhere", "a");

        await BrokerCluster.EnqueueAsync(a, "START");
        await BrokerCluster.EnqueueAsync(a, "SYNC");
        await BrokerCluster.EnqueueAsync(b, "START");
        EnqueueReply refused = await EnqueueAsync(b, "SYNC");

        Assert.Equal(BrokerErrorReason.TenantQuotaExceeded, refused.Error);
        Assert.Contains("3 (max_pending_commands)", refused.Message, StringComparison.Ordinal);
        Assert.True(new BrokerException(refused.Error!.Value, "").IsTransient);
        await BrokerCluster.EnqueueAsync(elsewhere, "START");

        await a.PollAsync();
        await BrokerCluster.EnqueueAsync(b, "SYNC");
        Assert.Equal(BrokerErrorReason.TenantQuotaExceeded, (await EnqueueAsync(a, "SYNC")).Error);
    }

    [Fact]
    public async Task Of_a_batch_as_many_are_taken_as_there_is_room_for()
    {
        await SetAsync("batch", pending: 3);
        ISourceServerGrain a = await RegisterAsync("batch", "a");

        ImmutableArray<EnqueueReply> replies = await a.EnqueueAsync(
            [.. Enumerable.Range(1, 5).Select(i => BrokerCluster.Call("C" + i))], "operator");

        Assert.Equal([1, 2, 3, 0, 0], replies.Select(reply => reply.Seq));
        Assert.Equal(BrokerErrorReason.TenantQuotaExceeded, replies[4].Error);
        Assert.Equal(3, (await a.ListAsync()).PendingCount);
    }

    [Fact]
    public async Task The_retry_of_an_acknowledged_enqueue_is_answered_although_there_is_no_room()
    {
        await SetAsync("retry", pending: 1);
        ISourceServerGrain a = await RegisterAsync("retry", "a");
        await BrokerCluster.EnqueueAsync(a, "START", key: "ended");
        await a.PollAsync();
        await a.ReportAsync(BrokerCluster.Report("START", seq: 1));
        await BrokerCluster.EnqueueAsync(a, "START", key: "pending");

        EnqueueReply pending = await EnqueueAsync(a, "START", "pending");
        EnqueueReply ended = await EnqueueAsync(a, "START", "ended");

        Assert.Equal((null, 2L, true), (pending.Error, pending.Seq, pending.WasThere));
        Assert.Equal((null, 1L, true), (ended.Error, ended.Seq, ended.WasThere));
        Assert.Equal(BrokerErrorReason.KeyConflict, (await EnqueueAsync(a, "STOP", "ended")).Error);
        Assert.Equal(BrokerErrorReason.TenantQuotaExceeded, (await EnqueueAsync(a, "START", "new")).Error);
    }

    [Fact]
    public async Task What_other_silos_enqueue_counts_with_the_next_count()
    {
        await SetAsync("others", pending: 4);
        ISourceServerGrain a = await RegisterAsync("others", "a");
        await RegisterAsync("others", "b");
        await BrokerCluster.EnqueueAsync(a, "START");
        StoredQueue b = (await cluster.Database.LoadAsync(SourceServerKey.Parse("others/b")))!;
        await cluster.Database.CommitBehindTheBackAsync(new QueueCommit
        {
            SourceNo = b.SourceNo,
            Commands = [.. Enumerable.Range(1, 3).Select(seq => new Command
            {
                Seq = seq, Name = "START", Param = "{}", EnqueuedAt = cluster.Clock.GetUtcNow(), EnqueuedBy = "operator",
            })],
        });

        // Not yet known here: this is how far a quota can be overshot.
        Assert.Null((await EnqueueAsync(a, "START")).Error);
        cluster.Clock.Advance(2 * new QueueOptions().QuotaInterval);
        Assert.Equal(BrokerErrorReason.TenantQuotaExceeded, (await EnqueueAsync(a, "START")).Error);
    }

    [Fact]
    public async Task The_quota_of_source_servers_is_exact_and_changes_at_once()
    {
        await SetAsync("few", servers: 2);
        await RegisterAsync("few", "a");
        await RegisterAsync("few", "b");

        BrokerException refused = await Assert.ThrowsAsync<BrokerException>(() => RegisterAsync("few", "c"));

        Assert.Equal(BrokerErrorReason.TooManySourceServers, refused.Reason);
        Assert.Contains("2 source servers are registered in this project; its quota (max_source_servers)", refused.Message, StringComparison.Ordinal);
        await RegisterAsync("few", "a");
        await RegisterAsync("many", "c");
        await SetAsync("few", servers: 3);
        await RegisterAsync("few", "c");
    }

    private static async Task<EnqueueReply> EnqueueAsync(ISourceServerGrain queue, string name, string? key = null) =>
        (await queue.EnqueueAsync([BrokerCluster.Call(name, key: key)], "operator"))[0];

    private async Task SetAsync(string project, int? pending = null, int? servers = null)
    {
        await cluster.Database.Identities.WriteAsync(new IdentityWrite
        {
            Projects = [BrokerCluster.Project(project) with { MaxPendingCommands = pending, MaxSourceServers = servers }],
        });
        await cluster.Quotas.RefreshAsync();
    }

    private async Task<ISourceServerGrain> RegisterAsync(string project, string id)
    {
        await cluster.Directory.RegisterAsync(new RegisterCall { ServerId = id, ProjectId = project, Name = "test", OsType = "LINUX" });
        return cluster.Queue($"{project}/{id}");
    }
}
