using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Gateway.Commands;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Gateway.Tests;

/// <summary>A command that is handed out overtakes what was leased before it and never sent; so a poll has that taken back first.</summary>
public sealed class UnsettledReleaseTests
{
    private const string Poll = "/v3/sources/s1/command";

    private static readonly PollReply Start = new()
    {
        Status = PollStatus.Delivered, Seq = 17, Name = "START", DeliveryCount = 1, DeliveredAt = DateTimeOffset.UnixEpoch,
    };

    [Fact]
    public async Task Poll_asks_for_nothing_until_what_a_poll_without_an_answer_may_have_taken_is_given_back()
    {
        int polls = 0;
        bool isAway = true;
        await using GatewayHost host = await GatewayHost.StartAsync(grains =>
        {
            FakeServer server = grains.Register("s1");
            server.ReleaseFailure = _ => Volatile.Read(ref isAway) ? new TimeoutException("Its silo is away.") : null;
            server.Poll = async () =>
            {
                await Task.Yield();
                return Interlocked.Increment(ref polls) == 1 ? throw new TimeoutException("The silo died behind its commit.") : Start;
            };
        });

        (await host.SendAsync("GET", Poll)).IsVendorError(503, "SMS.6301");
        (await host.SendAsync("GET", Poll)).IsVendorError(503, "SMS.6301");
        Assert.Equal(1, polls);
        Volatile.Write(ref isAway, false);

        Assert.Equal("17", (await host.SendAsync("GET", Poll)).Header("X-Command-Id"));
        Assert.All(host.Grains.Servers["s1"].Releases, release => Assert.NotNull(release.PollToken));
        Assert.Equal("Release", host.Grains.Servers["s1"].Calls.SkipLast(1).Last());
    }

    [Fact]
    public async Task Poll_first_takes_back_what_a_call_that_never_ends_may_have_taken()
    {
        int polls = 0;
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains => grains.Register("s1").Poll = () => Interlocked.Increment(ref polls) == 1
                ? new ValueTask<PollReply>(new TaskCompletionSource<PollReply>().Task)
                : ValueTask.FromResult(Start),
            new Dictionary<string, string?> { ["Gateway:CallTimeout"] = "00:00:00.1" });

        while ((await host.SendAsync("GET", Poll)).Status == 503)
        {
            Assert.InRange(polls, 1, 1);
        }

        Assert.Equal(["Poll", "Release", "Poll"], host.Grains.Servers["s1"].Calls);
    }

    [Fact]
    public async Task Release_of_a_known_delivery_that_fails_is_carried_out_before_the_next_poll_and_not_once_more()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var key = SourceServerKey.Parse("s1");
        var server = new FakeServer { ReleaseFailure = tries => tries == 1 ? new TimeoutException() : null };
        var releases = new UnsentReleases(clock, NullLogger<UnsentReleases>.Instance);

        await releases.ReleaseAsync(server, key, Start, mayHaveArrived: false);
        Assert.Null(releases.CarryOut(SourceServerKey.Parse("s2")));
        await releases.CarryOut(key)!;
        while (releases.CarryOut(key) is { } again)
        {
            await again;
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(2, server.Releases.Count);
    }

    /// <summary>A damaged page of old history, which polls do not read.</summary>
    [Fact]
    public async Task What_cannot_be_looked_for_as_rows_are_unreadable_holds_no_poll_back()
    {
        var key = SourceServerKey.Parse("s1");
        var server = new FakeServer { ReleaseFailure = _ => new BrokerException(BrokerErrorReason.Quarantined, "A page is damaged.") };
        var releases = new UnsentReleases(new FakeTimeProvider(DateTimeOffset.UtcNow), NullLogger<UnsentReleases>.Instance);

        await releases.ReleaseAsync(server, key, 7);
        await releases.CarryOut(key)!;

        Assert.Equal(2, server.Releases.Count);
    }

    [Fact]
    public async Task What_is_given_up_holds_no_poll_back()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var key = SourceServerKey.Parse("s1");
        var server = new FakeServer { ReleaseFailure = _ => new TimeoutException() };
        var releases = new UnsentReleases(clock, NullLogger<UnsentReleases>.Instance);

        await releases.ReleaseAsync(server, key, 7);
        while (releases.CarryOut(key) is { } again)
        {
            await Assert.ThrowsAsync<TimeoutException>(() => again);
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }
}
