using CommandBroker.Client;
using CommandBroker.Contracts;
using CommandBroker.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>The client library in a program of its own, beside a real broker, as the README shows it.</summary>
public sealed class GrainClientTests : IAsyncLifetime
{
    private const string Server = "web-1";

    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-client-").FullName;
    private readonly BrokerProcess _broker;
    private readonly IHost _program;
    private HttpClient _agent = null!;

    public GrainClientTests()
    {
        int port = FreePort.Next();
        _broker = new BrokerProcess(
            Path.Combine(_directory, "data"), ("Silo__GatewayPort", $"{port}"), ("Queue__VisibilityTimeout", "00:00:01"), ("Queue__MaxDeliveries", "1"));
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddCommandBrokerClient(
            client => client.UseLocalhostClustering(gatewayPort: port, serviceId: "commandbroker", clusterId: "commandbroker")
                .Configure<ClientMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(5)),
            options =>
            {
                options.Principal = "tool";
                options.Retry.MaxAttempts = 2;
            });
        _program = builder.Build();
    }

    private ICommandBrokerClient Commands => _program.Services.GetRequiredService<ICommandBrokerClient>();

    private ISourceServerClient Sources => _program.Services.GetRequiredService<ISourceServerClient>();

    public async Task InitializeAsync()
    {
        await _broker.StartAsync();
        _agent = _broker.Client(_broker.AgentToken);
        await _program.StartAsync();
        await Sources.RegisterAsync(new RegisterCall { ServerId = Server, Name = "web", OsType = "LINUX" });
    }

    public async Task DisposeAsync()
    {
        await _program.StopAsync();
        _program.Dispose();
        _agent?.Dispose();
        await _broker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Source_servers_are_registered_listed_renamed_and_deleted()
    {
        string id = await Sources.RegisterAsync(new RegisterCall { Name = "db", OsType = "WINDOWS" });
        await Sources.RenameAsync(id, "database");

        Assert.Equal("database", (await Sources.ShowAsync(id))!.Name);
        Assert.Equal(2, (await Sources.ListAsync(new SourceServerQuery())).TotalCount);
        await Sources.DeleteAsync(id);
        Assert.Null(await Sources.ShowAsync(id));
        Assert.Equal(BrokerErrorReason.UnknownSourceServer, (await RefusalOf(Sources.RenameAsync(id, "x"))).Reason);
    }

    [Fact]
    public async Task A_command_is_enqueued_once_handed_out_reported_and_shown()
    {
        EnqueueReply reply = await Commands.EnqueueAsync(Server, new EnqueueCall { Name = "STOP", Param = """{"task_id":"t-1"}""", IdempotencyKey = "k" });
        EnqueueReply again = await Commands.EnqueueAsync(Server, new EnqueueCall { Name = "STOP", Param = """{"task_id":"t-1"}""", IdempotencyKey = "k" });
        BrokerException conflict = await RefusalOf(Commands.EnqueueAsync(Server, new EnqueueCall { Name = "START", Param = "{}", IdempotencyKey = "k" }));
        CommandView waiting = Assert.Single((await Commands.ListAsync(Server)).Commands);
        await DeliverAndReportAsync("STOP");

        Assert.Equal((1, false, 1, true), (reply.Seq, reply.WasThere, again.Seq, again.WasThere));
        Assert.Equal(BrokerErrorReason.KeyConflict, conflict.Reason);
        Assert.Equal(("STOP", "tool", CommandState.Pending), (waiting.Name, waiting.EnqueuedBy, waiting.State));
        Assert.Equal(CommandState.Succeeded, (await Commands.ShowAsync(Server, 1))!.State);
        Assert.Equal("""{"a":1}""", Assert.Single((await Commands.ReadHistoryAsync(Server)).Commands).ResultDetail);
        Assert.Null(await Commands.ShowAsync(Server, 2));
    }

    [Fact]
    public async Task A_stream_of_commands_is_answered_one_by_one()
    {
        List<EnqueueItemOutcome> outcomes = [];
        await foreach (EnqueueItemOutcome outcome in Commands.EnqueueManyAsync(ItemsAsync(300)))
        {
            outcomes.Add(outcome);
        }

        Assert.Equal(Enumerable.Range(0, 300).Select(i => (long)i), outcomes.Select(outcome => outcome.Item.Position));
        Assert.Equal(BrokerErrorReason.UnknownSourceServer, outcomes[7].Reply.Error);
        Assert.Equal(299, outcomes.Count(outcome => outcome.Reply.Error is null));
        Assert.Equal(299, (await Commands.ListAsync(Server)).PendingCount);
    }

    [Fact]
    public async Task A_watch_tells_of_what_comes_and_how_it_ends()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using IAsyncEnumerator<CommandView> watch = Commands.WatchAsync(Server, TimeSpan.FromMilliseconds(50), stop.Token).GetAsyncEnumerator();
        await Commands.EnqueueAsync(Server, new EnqueueCall { Name = "START", Param = "{}" });
        Assert.Equal((1L, CommandState.Pending), await NextAsync(watch));

        await Commands.CancelAsync(Server, 1, "not needed");

        Assert.Equal((1L, CommandState.Cancelled), await NextAsync(watch));
        Assert.Contains("not needed", watch.Current.EndReason, StringComparison.Ordinal);
        Assert.Equal("tool", watch.Current.EndedBy);
        Assert.Equal(BrokerErrorReason.UnknownCommand, (await RefusalOf(Commands.CancelAsync(Server, 2))).Reason);
    }

    [Fact]
    public async Task A_dead_letter_is_redriven()
    {
        await Commands.EnqueueAsync(Server, new EnqueueCall { Name = "START", Param = "{}" });
        Assert.Contains("START", await _agent.GetStringAsync($"/v3/sources/{Server}/command"), StringComparison.Ordinal);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while ((await Commands.ShowAsync(Server, 1))!.State != CommandState.DeadLettered)
        {
            // Its lease ends by itself; a poll settles that.
            await poll.WaitForNextTickAsync(deadline.Token);
            await _agent.GetStringAsync($"/v3/sources/{Server}/command");
        }

        Assert.Equal(CommandState.Pending, (await Commands.RedriveAsync(Server, 1)).State);
    }

    [Fact]
    public async Task Settings_are_written_and_read()
    {
        var settings = new SourceServerSettings { DeliveryMode = DeliveryMode.AtMostOnce, VisibilityTimeout = TimeSpan.FromMinutes(2) };

        await Commands.ConfigureAsync(Server, settings);

        Assert.Equal(settings, await Commands.ReadSettingsAsync(Server));
        Assert.Equal(BrokerErrorReason.InvalidArgument, (await RefusalOf(Commands.ConfigureAsync(Server, new SourceServerSettings { MaxDeliveries = 0 }))).Reason);
    }

    [Fact]
    public async Task A_broker_that_went_away_is_unreachable_and_found_again_when_it_is_back()
    {
        await _broker.KillAsync();

        BrokerException refusal = await RefusalOf(Commands.ListAsync(Server));
        await _broker.StartAsync();

        Assert.Equal((BrokerErrorReason.Unreachable, true), (refusal.Reason, refusal.IsTransient));
        await Ledger.UntilAcknowledgedAsync(async () =>
        {
            try
            {
                await Commands.EnqueueAsync(Server, new EnqueueCall { Name = "START", Param = "{}", IdempotencyKey = "k" });
                return true;
            }
            catch (BrokerException fault) when (fault.Reason == BrokerErrorReason.Unreachable)
            {
                return false;
            }
        });
        Assert.Equal(1, (await Commands.ListAsync(Server)).PendingCount);
    }

    private static async Task<BrokerException> RefusalOf(Task call) => await Assert.ThrowsAsync<BrokerException>(() => call);

    private static async Task<(long Seq, CommandState State)> NextAsync(IAsyncEnumerator<CommandView> watch)
    {
        Assert.True(await watch.MoveNextAsync());
        return (watch.Current.Seq, watch.Current.State);
    }

    private static async IAsyncEnumerable<EnqueueItem> ItemsAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            yield return new EnqueueItem { ServerId = i == 7 ? "nobody" : Server, Position = i, Command = new EnqueueCall { Name = "SYNC", Param = "{}" } };
            await Task.CompletedTask;
        }
    }

    private async Task DeliverAndReportAsync(string name)
    {
        Assert.Contains(name, await _agent.GetStringAsync($"/v3/sources/{Server}/command"), StringComparison.Ordinal);
        HttpResponseMessage answer = await _agent.PostAsync(
            $"/v3/sources/{Server}/command_result",
            new StringContent($$$"""{"command_name":"{{{name}}}","result":"success","result_detail":{"a":1}}""", null, "application/json"));
        Assert.True(answer.IsSuccessStatusCode);
    }
}
