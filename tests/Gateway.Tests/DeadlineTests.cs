using CommandBroker.Contracts;
using Xunit;

namespace CommandBroker.Gateway.Tests;

/// <summary>What happens when a silo does not answer in time, or too many ask at once.</summary>
public sealed class DeadlineTests
{
    private const string Poll = "/v3/sources/s1/command";
    private static readonly Dictionary<string, string?> ShortCall = new() { ["Gateway:CallTimeout"] = "00:00:00.1" };

    [Fact]
    public async Task Poll_that_takes_too_long_is_refused_politely_and_what_it_took_is_put_back()
    {
        var answer = new TaskCompletionSource<PollReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains => grains.Register("s1").Poll = () => new ValueTask<PollReply>(answer.Task), ShortCall);

        (await host.SendAsync("GET", Poll)).IsVendorError(503, "SMS.6301");
        Assert.DoesNotContain("Release", host.Grains.Servers["s1"].Calls);
        answer.SetResult(new PollReply { Status = PollStatus.Delivered, Seq = 7, Name = "START", DeliveryCount = 1, DeliveredAt = DateTimeOffset.UnixEpoch });

        Assert.Equal((7, 1), await host.Grains.Servers["s1"].Released.Task.WaitAsync(GatewayHost.Deadline));

        host.Grains.Servers["s1"].Poll = () => ValueTask.FromResult(PollReply.Idle);
        Assert.Equal(200, (await host.SendAsync("GET", Poll)).Status);
        Assert.Contains("Release", host.Grains.Servers["s1"].Calls);
    }

    [Fact]
    public async Task Next_poll_waits_until_what_the_late_one_took_is_given_back_and_asks_then()
    {
        var answer = new TaskCompletionSource<PollReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        int polls = 0;
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains => grains.Register("s1").Poll = () => Interlocked.Increment(ref polls) == 1
                ? new ValueTask<PollReply>(answer.Task)
                : ValueTask.FromResult(new PollReply { Status = PollStatus.Delivered, Seq = 7, Name = "START", DeliveryCount = 1, DeliveredAt = DateTimeOffset.UnixEpoch }),
            new Dictionary<string, string?> { ["Gateway:CallTimeout"] = "00:00:02" });

        (await host.SendAsync("GET", Poll)).IsVendorError(503, "SMS.6301");
        Task<Answer> next = host.SendAsync("GET", Poll);
        answer.SetResult(new PollReply { Status = PollStatus.Delivered, Seq = 7, Name = "START", DeliveryCount = 1, DeliveredAt = DateTimeOffset.UnixEpoch });

        Assert.Equal("7", (await next).Header("X-Command-Id"));
        Assert.Equal(["Poll", "Release", "Poll"], host.Grains.Servers["s1"].Calls);
    }

    [Fact]
    public async Task A_call_that_never_ends_keeps_no_later_poll_from_another_silo()
    {
        int polls = 0;
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains => grains.Register("s1").Poll = () => Interlocked.Increment(ref polls) == 1
                ? new ValueTask<PollReply>(new TaskCompletionSource<PollReply>().Task)
                : ValueTask.FromResult(PollReply.Idle),
            ShortCall);

        Answer answer;
        int refused = 0;
        while ((answer = await host.SendAsync("GET", Poll)).Status == 503)
        {
            refused++;
            Assert.InRange(refused, 1, 100);
        }

        Assert.Equal(200, answer.Status);
        Assert.Equal(2, polls);
    }

    [Fact]
    public async Task Poll_after_a_late_one_that_found_nothing_asks_anew()
    {
        var answer = new TaskCompletionSource<PollReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        int polls = 0;
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains => grains.Register("s1").Poll = () => Interlocked.Increment(ref polls) == 1
                ? new ValueTask<PollReply>(answer.Task)
                : ValueTask.FromResult(new PollReply { Status = PollStatus.Delivered, Seq = 7, Name = "START", DeliveryCount = 1 }),
            ShortCall);

        (await host.SendAsync("GET", Poll)).IsVendorError(503, "SMS.6301");
        answer.SetResult(PollReply.Idle);

        Assert.Equal("7", (await host.SendAsync("GET", Poll)).Header("X-Command-Id"));
    }

    [Fact]
    public async Task Request_beyond_the_limit_is_refused_at_once_and_the_place_is_given_back()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource<PollReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains => grains.Register("s1").Poll = () =>
            {
                entered.TrySetResult();
                return new ValueTask<PollReply>(answer.Task);
            },
            new Dictionary<string, string?> { ["Gateway:MaxConcurrentRequests"] = "1", ["Gateway:CallTimeout"] = "00:01:00" });
        Task<Answer> first = host.SendAsync("GET", Poll);
        await entered.Task.WaitAsync(GatewayHost.Deadline);

        (await host.SendAsync("GET", Poll)).IsVendorError(503, "SMS.6301");
        (await host.SendAsync("POST", Poll + "_result", "{}")).IsVendorError(503, "SMS.6301");
        (await host.SendAsync("GET", "/v3/sources/s1")).IsVendorError(503, "SMS.6301");
        Assert.Equal(503, (await host.OperateAsync("GET", "/api/v1/sources/s1/commands")).Status);

        answer.SetResult(PollReply.Idle);
        Assert.Equal(200, (await first).Status);
        Assert.Equal(200, (await host.SendAsync("GET", Poll)).Status);
    }

    [Fact]
    public async Task Those_refused_together_are_not_asked_to_come_back_together()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains => grains.Register("s1").Poll = () => throw new TimeoutException(), new Dictionary<string, string?> { ["Gateway:RetryAfter"] = "01:00:00" });

        var waits = new HashSet<int>();
        for (int poll = 0; poll < 20; poll++)
        {
            waits.Add(int.Parse((await host.SendAsync("GET", Poll)).Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture));
        }

        Assert.True(waits.Count > 1);
        Assert.All(waits, wait => Assert.InRange(wait, 3_600, 7_200));
    }
}
