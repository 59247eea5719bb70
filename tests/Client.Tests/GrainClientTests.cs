using System.Collections.Immutable;
using CommandBroker.Client.Grains;
using CommandBroker.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Xunit;

namespace CommandBroker.Client.Tests;

public sealed class GrainClientTests
{
    [Fact]
    public async Task A_call_that_timed_out_is_repeated_with_the_same_key()
    {
        var keys = new List<string?>();
        var client = Client((_, _, args) =>
        {
            keys.Add(((ImmutableArray<EnqueueCall>)args[0]!)[0].IdempotencyKey);
            return keys.Count < 3 ? throw new TimeoutException() : Replies(new EnqueueReply { Seq = 4 });
        });

        EnqueueReply reply = await client.EnqueueAsync("web-1", new EnqueueCall { Name = "START" });

        Assert.Equal(4, reply.Seq);
        Assert.Equal(3, keys.Count);
        Assert.NotNull(Assert.Single(keys.Distinct()));
    }

    [Fact]
    public async Task A_refusal_is_thrown_with_its_reason_and_not_repeated()
    {
        int calls = 0;
        var client = Client((_, _, _) =>
        {
            calls++;
            return Replies(new EnqueueReply { Error = BrokerErrorReason.QueueFull, Message = "full" });
        });

        BrokerException fault = await Assert.ThrowsAsync<BrokerException>(() => client.EnqueueAsync("web-1", new EnqueueCall { Name = "START" }));

        Assert.Equal((BrokerErrorReason.QueueFull, "full", true), (fault.Reason, fault.Message, fault.IsTransient));
        Assert.Equal(1, calls);
    }

    [Theory]
    [InlineData(typeof(TimeoutException), BrokerErrorReason.Unreachable)]
    [InlineData(typeof(SiloUnavailableException), BrokerErrorReason.Unreachable)]
    [InlineData(typeof(OrleansException), BrokerErrorReason.Internal)]
    public async Task Failures_of_the_cluster_have_a_reason(Type failure, BrokerErrorReason expected)
    {
        var client = Client((_, _, _) => throw (Exception)Activator.CreateInstance(failure)!);

        BrokerException fault = await Assert.ThrowsAsync<BrokerException>(() => client.ListAsync("web-1"));

        Assert.Equal(expected, fault.Reason);
        Assert.IsType(failure, fault.InnerException);
    }

    [Fact]
    public async Task One_source_servers_trouble_is_told_for_its_own_commands()
    {
        var client = Client((key, _, args) => key == "bad"
            ? throw new BrokerException(BrokerErrorReason.Quarantined, "unreadable")
            : Replies([.. ((ImmutableArray<EnqueueCall>)args[0]!).Select((call, i) => new EnqueueReply { Seq = int.Parse(call.Name[1..]) })]));
        var outcomes = new List<EnqueueItemOutcome>();

        await foreach (EnqueueItemOutcome outcome in client.EnqueueManyAsync(Samples.Items("a", "bad", "b", "a", "bad")))
        {
            outcomes.Add(outcome);
        }

        Assert.Equal([1, 0, 3, 4, 0], outcomes.Select(outcome => outcome.Reply.Seq));
        Assert.Equal(
            [null, BrokerErrorReason.Quarantined, null, null, BrokerErrorReason.Quarantined], outcomes.Select(outcome => outcome.Reply.Error));
    }

    [Fact]
    public async Task A_cluster_that_is_away_as_a_whole_ends_the_stream()
    {
        var client = Client((_, _, _) => throw new TimeoutException());

        BrokerException fault = await Assert.ThrowsAsync<BrokerException>(async () =>
        {
            await foreach (EnqueueItemOutcome _ in client.EnqueueManyAsync(Samples.Items("a", "b")))
            {
                // Only the end matters.
            }
        });

        Assert.Equal(BrokerErrorReason.Unreachable, fault.Reason);
    }

    [Fact]
    public async Task The_hosts_clients_act_for_the_principal_that_is_named()
    {
        var actors = new List<object?>();
        using ServiceProvider host = new ServiceCollection()
            .AddSingleton(FakeGrains.Create((_, _, args) =>
            {
                actors.Add(args[1]);
                return ValueTask.FromResult(Samples.Command(1));
            }))
            .AddCommandBrokerClient(configure: options => options.Principal = "tool")
            .BuildServiceProvider();

        await host.GetRequiredService<ICommandBrokerClient>().CancelAsync("web-1", 1);
        await host.GetRequiredService<ICommandBrokerClientFactory>().For("somebody").RedriveAsync("web-1", 1);

        Assert.Equal(["tool", "somebody"], actors);
        Assert.NotNull(host.GetRequiredService<ISourceServerClient>());
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(20, true)]
    [InlineData(21, false)]
    public void Attempts_out_of_range_are_refused(int attempts, bool isAllowed)
    {
        using ServiceProvider host = new ServiceCollection()
            .AddCommandBrokerClient(configure: options => options.Retry.MaxAttempts = attempts)
            .BuildServiceProvider();

        Exception? fault = Record.Exception(() => host.GetRequiredService<IOptions<CommandBrokerClientOptions>>().Value);

        Assert.Equal(isAllowed, fault is null);
        Assert.True(fault is null or OptionsValidationException);
    }

    private static GrainCommandBrokerClient Client(Func<string, string, object?[], object?> answer) =>
        new(FakeGrains.Create(answer), "me", Samples.FastRetry);

    private static ValueTask<ImmutableArray<EnqueueReply>> Replies(params EnqueueReply[] replies) => ValueTask.FromResult(replies.ToImmutableArray());
}
