using System.Text.Json;
using CommandBroker.Contracts;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class ManagementTests
{
    private const string Commands = "/api/v1/sources/s1/commands";
    private const string Start = """{"command_name":"START","command_param":{"task_id":"t-1"}}""";

    [Fact]
    public async Task Enqueue_is_created_with_its_place()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1").Enqueue = _ => new EnqueueReply { Seq = 17 });
        Answer answer = (await host.OperateAsync(
            "POST",
            Commands,
            """{"command_name":"START","command_param":{"task_id":"t-1"},"priority":7,"time_to_live":"90s","not_before":"2026-03-01T12:00:00Z","supersede":true}""",
            ("Idempotency-Key", "k1"))).IsStamped();
        Assert.Equal((201, $"{Commands}/17"), (answer.Status, answer.Header("Location")));
        Assert.Equal("""{"command_id":"17","server_id":"s1","was_there":false}""", answer.Body);
        EnqueueCall call = Assert.Single(host.Grains.Servers["s1"].Enqueued);
        Assert.Equal(
            new EnqueueCall
            {
                Name = "START",
                Param = """{"task_id":"t-1"}""",
                IdempotencyKey = "k1",
                Priority = 7,
                TimeToLive = TimeSpan.FromSeconds(90),
                NotBeforeAt = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
                SupersedesTask = true,
            },
            call);
    }

    [Fact]
    public async Task Grains_are_told_where_each_change_came_from_and_nothing_of_the_one_before()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        Answer first = await host.OperateAsync("POST", Commands, Start);
        Answer batch = await host.OperateAsync("POST", "/api/v1/commands", """{"server_id":"s1","command_name":"START"}""");
        Assert.Equal(200, (await host.OperateAsync("GET", Commands)).Status);
        Assert.Equal(200, batch.Status);
        FakeServer server = host.Grains.Servers["s1"];
        Assert.Equal([first.Header("X-Request-Id"), batch.Header("X-Request-Id")], server.Origins.Select(origin => origin!.RequestId));
        Assert.All(server.Origins, origin => Assert.Equal(("127.0.0.1", FakeIdentity.Id("olga")), (origin!.RemoteAddress, origin.PrincipalId)));
        Assert.Null(server.ListedBy);
        Assert.NotEqual(first.Header("X-Request-Id"), batch.Header("X-Request-Id"));
    }

    [Fact]
    public async Task Enqueue_that_was_there_is_200()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains => grains.Register("s1").Enqueue = _ => new EnqueueReply { Seq = 17, WasThere = true });
        Answer answer = await host.OperateAsync("POST", Commands, Start);
        Assert.Equal((200, true), (answer.Status, answer.Json.GetProperty("was_there").GetBoolean()));
    }

    [Theory]
    [InlineData(BrokerErrorReason.QueueFull, 429, "queue_full", true)]
    [InlineData(BrokerErrorReason.HistoryFull, 429, "history_full", true)]
    [InlineData(BrokerErrorReason.KeyConflict, 409, "key_conflict", false)]
    [InlineData(BrokerErrorReason.InvalidArgument, 400, "invalid_argument", false)]
    public async Task Refused_enqueue_says_why(BrokerErrorReason reason, int status, string name, bool transient)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains => grains.Register("s1").Enqueue = _ => new EnqueueReply { Error = reason, Message = "Because." });
        Answer answer = (await host.OperateAsync("POST", Commands, Start)).IsProblem(status, name, transient);
        Assert.Equal("Because.", answer.Json.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"command_name":7}""")]
    [InlineData("""{"command_name":"START","command_param":[]}""")]
    [InlineData("""{"command_name":"START","time_to_live":"1w"}""")]
    [InlineData("""{"command_name":"START","not_before":"tomorrow"}""")]
    [InlineData("""{"command_name":"START","priority":"high"}""")]
    [InlineData("""{"command_name":"\ud800"}""")]
    [InlineData("""{"command_name":"START","\ud800":1}""")]
    public async Task Faulty_enqueue_is_a_problem(string body)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        (await host.OperateAsync("POST", Commands, body)).IsProblem(400, "invalid_argument");
        Assert.Empty(host.Grains.Servers["s1"].Enqueued);
    }

    [Theory]
    [InlineData(255, 201)]
    [InlineData(256, 400)]
    public async Task Idempotency_key_has_at_most_255_characters(int length, int status)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        Assert.Equal(status, (await host.OperateAsync("POST", Commands, Start, ("Idempotency-Key", new string('k', length)))).Status);
    }

    [Theory]
    [InlineData("GET", Commands, null, "List  1000")]
    [InlineData("GET", Commands + "?after=-1.17&limit=3", null, "List -1.17 3")]
    [InlineData("GET", Commands + "/17", null, "Show 17")]
    [InlineData("POST", Commands + "/17/cancel", null, "Cancel 17 olga ")]
    [InlineData("POST", Commands + "/17/cancel", """{"reason":"no"}""", "Cancel 17 olga no")]
    [InlineData("POST", Commands + "/17/redrive", null, "Redrive 17 olga")]
    [InlineData("GET", "/api/v1/sources/s1/history", null, "History  100")]
    [InlineData("GET", "/api/v1/sources/s1/history?before=9&limit=1000", null, "History 9 1000")]
    [InlineData("GET", "/api/v1/sources/s1/settings", null, "Settings")]
    [InlineData("PUT", "/api/v1/sources/s1/settings", """{"delivery_mode":"at_most_once","visibility_timeout":"5m"}""", "Configure AtMostOnce 00:05:00")]
    public async Task Every_verb_reaches_its_queue(string method, string path, string? body, string call)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        Answer answer = (await host.OperateAsync(method, path, body)).IsStamped();
        Assert.Equal(200, answer.Status);
        Assert.Equal([call], host.Grains.Servers["s1"].Calls);
        Assert.Equal(JsonValueKind.Object, answer.Json.ValueKind);
    }

    [Theory]
    [InlineData("GET", Commands + "/x")]
    [InlineData("GET", Commands + "/0")]
    [InlineData("POST", Commands + "/-1/cancel")]
    [InlineData("GET", "/api/v1/sources/s1/history?limit=1001")]
    [InlineData("GET", Commands + "?limit=1001")]
    [InlineData("GET", Commands + "?limit=0")]
    [InlineData("GET", "/api/v1/sources/s1/history?before=0")]
    [InlineData("GET", "/api/v1/sources/a%20b/commands")]
    public async Task Faulty_parameter_is_a_problem(string method, string path)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        (await host.OperateAsync(method, path)).IsProblem(400, "invalid_argument");
        Assert.Empty(host.Grains.Servers["s1"].Calls);
    }

    [Fact]
    public async Task Unknown_source_servers_and_commands_are_told_apart()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1").Shown = null);
        (await host.OperateAsync("GET", Commands + "/17")).IsProblem(404, "unknown_command");
        (await host.OperateAsync("GET", "/api/v1/sources/s2/commands/17")).IsProblem(404, "unknown_source_server");
        Assert.Equal(1, host.Grains.ReferenceCount);
    }

    [Fact]
    public async Task Only_operators_manage()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        (await host.SendAsync("GET", Commands)).IsProblem(403, "unauthorized");
        (await host.SendAsync("POST", "/api/v1/commands", "{}")).IsProblem(403, "unauthorized");
        (await host.SendAsync("GET", Commands, token: "wrong")).IsProblem(401, "unauthorized");
        (await host.SendAsync("GET", Commands, token: null)).IsProblem(401, "unauthorized");
        Assert.Empty(host.Grains.DirectoryGrain.Calls);
    }

    [Fact]
    public async Task Wrong_routes_and_methods_are_problems_too()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        (await host.OperateAsync("GET", "/api/v1/nothing")).IsProblem(404, "invalid_argument");
        (await host.OperateAsync("DELETE", Commands)).IsProblem(405, "invalid_argument");
        (await host.OperateAsync("GET", "/api/v1/commands")).IsProblem(405, "invalid_argument");
    }

    [Theory]
    [InlineData("storage", 503, "storage_unavailable", true)]
    [InlineData("timeout", 503, "unreachable", true)]
    [InlineData("quarantined", 500, "quarantined", false)]
    [InlineData("state", 409, "wrong_state", false)]
    [InlineData("anything", 500, "internal", false)]
    public async Task Failure_behind_the_gateway_becomes_a_problem(string what, int status, string reason, bool transient)
    {
        Exception failure = what switch
        {
            "storage" => new BrokerException(BrokerErrorReason.StorageUnavailable, "Full."),
            "timeout" => new TimeoutException("secret-detail"),
            "quarantined" => new BrokerException(BrokerErrorReason.Quarantined, "Row 3."),
            "state" => new BrokerException(BrokerErrorReason.WrongState, "It has ended."),
            _ => new InvalidOperationException("secret-detail"),
        };
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1").Failure = failure);
        Answer answer = (await host.OperateAsync("POST", Commands + "/17/cancel")).IsProblem(status, reason, transient);
        Assert.DoesNotContain("secret-detail", answer.Body, StringComparison.Ordinal);
    }
}
