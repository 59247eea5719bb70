using System.Net;
using System.Net.Sockets;
using System.Text;
using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Gateway.Commands;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class UnsentResponseTests
{
    private static readonly PollReply Start = new()
    {
        Status = PollStatus.Delivered, Seq = 17, Name = "START", DeliveryCount = 2, DeliveredAt = DateTimeOffset.UnixEpoch, FormerDeliveredAt = DateTimeOffset.UnixEpoch,
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Delivery_is_taken_back_when_the_client_has_gone(bool byReset)
    {
        var polled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains => grains.Register("s1").Poll = async () =>
            {
                polled.TrySetResult();
                await aborted.Task.WaitAsync(GatewayHost.Deadline);
                return Start;
            },
            inFront: (context, next) =>
            {
                context.RequestAborted.Register(() => aborted.TrySetResult());
                return next(context);
            });

        using Socket client = await SendPollAsync(host);
        await polled.Task.WaitAsync(GatewayHost.Deadline);
        client.LingerState = new LingerOption(byReset, 0);
        client.Close();

        Assert.Equal((17, 2), await host.Grains.Servers["s1"].Released.Task.WaitAsync(GatewayHost.Deadline));
        Assert.Equal(ReleaseCall.Of(Start, mayHaveArrived: false), Assert.Single(host.Grains.Servers["s1"].Releases));
    }

    /// <summary>A silo that died after its commit, or whose answer came too late.</summary>
    [Fact]
    public async Task What_a_poll_without_an_answer_may_have_handed_out_is_taken_back_by_the_number_of_the_poll()
    {
        long? token = null;
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1").Poll = async () =>
        {
            token = PollToken.Current;
            await Task.Yield();
            throw new TimeoutException("No answer came.");
        });

        Assert.Equal(503, (await host.SendAsync("GET", "/v3/sources/s1/command")).Status);

        await host.Grains.Servers["s1"].Released.Task.WaitAsync(GatewayHost.Deadline);
        Assert.NotNull(token);
        Assert.Equal(ReleaseCall.OfPoll(token.Value), Assert.Single(host.Grains.Servers["s1"].Releases));
    }

    [Fact]
    public async Task What_a_poll_without_an_answer_may_have_handed_out_is_looked_for_again_when_its_commit_may_have_come()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var server = new FakeServer();
        var releases = new UnsentReleases(clock, NullLogger<UnsentReleases>.Instance);

        await releases.ReleaseAsync(server, SourceServerKey.Parse("s1"), 7);
        Assert.Single(server.Releases);
        while (server.Releases.Count < 2)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.All(server.Releases, release => Assert.Equal(ReleaseCall.OfPoll(7), release));
    }

    [Fact]
    public async Task A_poll_that_its_queue_refused_has_nothing_taken_back()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1").Poll = async () =>
        {
            await Task.Yield();
            throw new BrokerException(BrokerErrorReason.StorageUnavailable, "It has handed out nothing.");
        });

        Assert.Equal(503, (await host.SendAsync("GET", "/v3/sources/s1/command")).Status);

        Assert.Empty(host.Grains.Servers["s1"].Releases);
    }

    /// <summary>The activation that knows of it may end before its commit is carried out.</summary>
    [Fact]
    public async Task A_hand_out_of_unknown_fate_is_taken_back_by_the_number_of_the_poll()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1").Poll = async () =>
        {
            await Task.Yield();
            throw new BrokerException(BrokerErrorReason.StorageUnavailable, "The disk stands still.") { MayHaveHandedOut = true };
        });

        Assert.Equal(503, (await host.SendAsync("GET", "/v3/sources/s1/command")).Status);

        await host.Grains.Servers["s1"].Released.Task.WaitAsync(GatewayHost.Deadline);
        Assert.NotNull(Assert.Single(host.Grains.Servers["s1"].Releases).PollToken);
    }

    [Fact]
    public async Task Poll_whose_client_has_gone_asks_for_nothing()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains => grains.Register("s1").Poll = () => ValueTask.FromResult(Start),
            inFront: async (context, next) =>
            {
                context.Abort();
                await next(context);
                ended.TrySetResult();
            });

        using Socket client = await SendPollAsync(host);
        await ended.Task.WaitAsync(GatewayHost.Deadline);
        Assert.Empty(host.Grains.Servers["s1"].Calls);
    }

    [Fact]
    public async Task Release_that_fails_is_tried_again()
    {
        var polled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains =>
            {
                FakeServer server = grains.Register("s1");
                server.ReleaseFailure = tries => tries == 1 ? new TimeoutException() : null;
                server.Poll = async () =>
                {
                    polled.TrySetResult();
                    await aborted.Task.WaitAsync(GatewayHost.Deadline);
                    return Start;
                };
            },
            inFront: (context, next) =>
            {
                context.RequestAborted.Register(() => aborted.TrySetResult());
                return next(context);
            });

        using Socket client = await SendPollAsync(host);
        await polled.Task.WaitAsync(GatewayHost.Deadline);
        client.Close();

        await host.Grains.Servers["s1"].Released.Task.WaitAsync(GatewayHost.Deadline);
        Assert.Equal(2, host.Grains.Servers["s1"].Releases.Count);
    }

    /// <summary>The first try may have been carried out, and another poll may have been answered with this very delivery since.</summary>
    [Fact]
    public async Task Release_that_fails_is_not_tried_again_when_another_poll_may_show_the_delivery()
    {
        var polled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var log = new RecordingLoggerProvider();
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains =>
            {
                FakeServer server = grains.Register("s1");
                server.ReleaseFailure = _ => new TimeoutException();
                server.Poll = async () =>
                {
                    polled.TrySetResult();
                    await aborted.Task.WaitAsync(GatewayHost.Deadline);
                    return Start with { MayBeRepeated = true };
                };
            },
            inFront: (context, next) =>
            {
                context.RequestAborted.Register(() => aborted.TrySetResult());
                return next(context);
            },
            services: services => services.AddSingleton<ILoggerProvider>(log));

        using Socket client = await SendPollAsync(host);
        await polled.Task.WaitAsync(GatewayHost.Deadline);
        client.Close();

        // Said when there will be no further try.
        using var deadline = new CancellationTokenSource(GatewayHost.Deadline);
        while (!log.Lines.Any(line => line.Contains("could not be taken back", StringComparison.Ordinal)))
        {
            await Task.Delay(10, deadline.Token);
        }

        Assert.Single(host.Grains.Servers["s1"].Releases);
    }

    private static async Task<Socket> SendPollAsync(GatewayHost host)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, host.Uri.Port);
        await client.SendAsync(Encoding.ASCII.GetBytes(
            $"GET /v3/sources/s1/command HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {FakeIdentity.AgentToken}\r\n\r\n"));
        return client;
    }
}
