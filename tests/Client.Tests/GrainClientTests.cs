using System.Collections.Immutable;
using CommandBroker.Client.Grains;
using CommandBroker.Contracts;
using CommandBroker.Core;
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

    [Fact]
    public async Task Clients_see_the_source_servers_of_one_project()
    {
        var calls = new List<string>();
        using ServiceProvider host = new ServiceCollection()
            .AddSingleton(FakeGrains.Create((key, method, args) =>
            {
                calls.Add($"{method} {key} {args.ElementAtOrDefault(0)}");
                return method switch
                {
                    nameof(ISourceDirectoryGrain.ShowAsync) => ValueTask.FromResult<SourceServerView?>(null),
                    nameof(ISourceDirectoryGrain.ListAsync) when args.Length > 0 => ValueTask.FromResult(
                        new SourceServerListView { Servers = [], TotalCount = ((SourceServerQuery)args[0]!).ProjectId == "blue" ? 1 : 0 }),
                    nameof(ISourceDirectoryGrain.RegisterAsync) => ValueTask.FromResult(((RegisterCall)args[0]!).ProjectId!),
                    nameof(ISourceDirectoryGrain.RenameAsync) or nameof(ISourceServerGrain.DeleteAsync) => ValueTask.CompletedTask,
                    _ => ValueTask.FromResult(new SourceServerSettings()),
                };
            }))
            .AddCommandBrokerClient(configure: options => options.ProjectId = "blue")
            .BuildServiceProvider();
        ICommandBrokerClientFactory factory = host.GetRequiredService<ICommandBrokerClientFactory>();
        ISourceServerClient sources = host.GetRequiredService<ISourceServerClient>();

        await host.GetRequiredService<ICommandBrokerClient>().ReadSettingsAsync("web");
        await factory.For("me").ReadSettingsAsync("web");
        await factory.For("me", "red").ReadSettingsAsync("web");
        await factory.For("me", ProjectId.DefaultValue).ReadSettingsAsync("web");
        await sources.ShowAsync("web");
        await sources.RenameAsync("web", "name");
        await sources.DeleteAsync("web");

        Assert.Equal(
            ["ReadSettingsAsync blue/web ", "ReadSettingsAsync blue/web ", "ReadSettingsAsync red/web ", "ReadSettingsAsync web ",
                "ShowAsync 0 blue/web", "RenameAsync 0 blue/web", "DeleteAsync blue/web client"],
            calls);
        Assert.Equal("blue", await sources.RegisterAsync(new RegisterCall { Name = "n", OsType = "LINUX", ProjectId = "red" }));
        Assert.Equal(1, (await sources.ListAsync(new SourceServerQuery())).TotalCount);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    public void A_project_id_that_is_none_is_refused(string project)
    {
        using ServiceProvider host = new ServiceCollection()
            .AddSingleton(FakeGrains.Create((_, _, _) => null))
            .AddCommandBrokerClient(configure: options => options.ProjectId = project)
            .BuildServiceProvider();

        Assert.Throws<OptionsValidationException>(() => host.GetRequiredService<IOptions<CommandBrokerClientOptions>>().Value);
        BrokerException refused = Assert.Throws<BrokerException>(() => new GrainCommandBrokerClient(FakeGrains.Create((_, _, _) => null), "me", projectId: project));
        Assert.Equal(BrokerErrorReason.InvalidArgument, refused.Reason);
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
