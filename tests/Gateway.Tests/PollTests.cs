using CommandBroker.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class PollTests
{
    private static readonly PollReply Start = new()
    {
        Status = PollStatus.Delivered, Seq = 17, Name = "START", Param = """{"task_id":"t-1","é":[1.0, null]}""", DeliveryCount = 2,
    };

    [Theory]
    [InlineData("/v3/sources/s1/command")]
    [InlineData("/v1/sms/sources/s1/command")]
    public async Task Idle_poll_answers_a_command_that_asks_for_nothing(string path)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        Answer answer = (await host.SendAsync("GET", path)).IsStamped();
        Assert.Equal((200, """{"command_name":"SKIP","command_param":{}}"""), (answer.Status, answer.Body));
        Assert.Null(answer.Header("X-Command-Id"));
    }

    [Fact]
    public async Task Name_of_the_idle_answer_can_be_configured()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains => grains.Register("s1"), new() { ["Gateway:IdleCommandName"] = "NO\"P" });
        Assert.Equal("NO\"P", (await host.SendAsync("GET", "/v3/sources/s1/command")).Json.GetProperty("command_name").GetString());
    }

    [Theory]
    [InlineData("/v3/sources/s1/command")]
    [InlineData("/v1/sms/sources/s1/command")]
    public async Task Poll_hands_out_name_and_parameters_byte_for_byte(string path)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1").Poll = () => ValueTask.FromResult(Start));
        Answer answer = (await host.SendAsync("GET", path)).IsStamped();
        Assert.Equal("""{"command_name":"START","command_param":{"task_id":"t-1","é":[1.0, null]}}""", answer.Body);
        Assert.Equal(("17", "2"), (answer.Header("X-Command-Id"), answer.Header("X-Delivery-Count")));
        Assert.DoesNotContain("Release", host.Grains.Servers["s1"].Calls);
    }

    [Fact]
    public async Task Small_body_on_the_get_is_tolerated()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        Assert.Equal(200, (await host.SendAsync("GET", "/v3/sources/s1/command", "{}")).Status);
        Assert.Equal(200, (await host.SendAsync("GET", "/v3/sources/s1/command")).Status);
    }

    [Fact]
    public async Task Too_many_outstanding_is_an_idle_answer_that_asks_to_wait()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains => grains.Register("s1").Poll = () => ValueTask.FromResult(new PollReply { Status = PollStatus.TooManyOutstanding }));
        Answer answer = await host.SendAsync("GET", "/v3/sources/s1/command");
        Assert.Equal((200, "5"), (answer.Status, answer.Header("Retry-After")));
        Assert.Equal("SKIP", answer.Json.GetProperty("command_name").GetString());
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("TRACE")]
    public async Task Other_methods_take_nothing(string method)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1").Poll = () => ValueTask.FromResult(Start));
        Answer answer = await host.SendAsync(method, "/v3/sources/s1/command");
        Assert.Equal((405, "GET"), (answer.Status, string.Join(',', answer.ContentHeaders.Allow)));
        if (method != "HEAD")
        {
            answer.IsVendorError(405, "APIGW.0101");
        }

        Assert.Empty(host.Grains.Servers["s1"].Calls);
        Assert.Empty(host.Grains.DirectoryGrain.Calls);
    }

    [Theory]
    [InlineData("%0D%0A")]
    [InlineData("a%0D%0Ab")]
    [InlineData("a%2Fb")]
    [InlineData("a%20b")]
    [InlineData("%C3%A9")]
    public async Task Id_with_a_character_that_is_not_allowed_is_refused(string id)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        (await host.SendAsync("GET", $"/v3/sources/{id}/command")).IsVendorError(400, "SMS.9001");
        (await host.SendAsync("POST", $"/v1/sms/sources/{id}/command_result", "{}")).IsVendorError(400, "SMS.9001");
        Assert.Empty(host.Grains.DirectoryGrain.Calls);
    }

    [Fact]
    public async Task Id_of_255_characters_is_taken_and_one_of_256_or_none_refused()
    {
        string longest = new('a', 255);
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register(longest));
        Assert.Equal(200, (await host.SendAsync("GET", $"/v3/sources/{longest}/command")).Status);
        (await host.SendAsync("GET", $"/v3/sources/{longest}a/command")).IsVendorError(400, "SMS.9001");
        (await host.SendAsync("GET", "/v3/sources//command")).IsVendorError(400, "SMS.9001");
        (await host.SendAsync("POST", "/v1/sms/sources//command_result", "{}")).IsVendorError(400, "SMS.9001");
    }

    [Fact]
    public async Task Unregistered_ids_wake_no_grain_and_leave_nothing_in_memory()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        for (int number = 0; number < 50; number++)
        {
            (await host.SendAsync("GET", $"/v3/sources/made-up-{number}/command")).IsVendorError(404, "SMS.7602");
        }

        Assert.Equal(0, host.Grains.ReferenceCount);
        Assert.Equal(0, host.Cache.Count);
        Assert.All(host.Grains.DirectoryGrain.Calls, call => Assert.StartsWith("Exist", call, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Known_source_server_is_looked_up_once()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        await host.SendAsync("GET", "/v3/sources/s1/command");
        await host.SendAsync("GET", "/v3/sources/s1/command");
        Assert.Single(host.Grains.DirectoryGrain.Calls);
        Assert.Equal(1, host.Grains.ReferenceCount);
    }

    [Fact]
    public async Task Deleted_source_server_is_forgotten()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        await host.SendAsync("GET", "/v3/sources/s1/command");
        Assert.Equal(1, host.Cache.Count);
        host.Grains.Servers["s1"].Poll = () => ValueTask.FromResult(new PollReply { Status = PollStatus.UnknownSourceServer });
        (await host.SendAsync("GET", "/v3/sources/s1/command")).IsVendorError(404, "SMS.7602");
        Assert.Equal(0, host.Cache.Count);
    }

    [Fact]
    public async Task Cache_of_references_is_bounded()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(settings: new() { ["Gateway:MaxCachedSourceServers"] = "16" });
        for (int number = 0; number < 40; number++)
        {
            host.Grains.Register($"s{number}");
            Assert.Equal(200, (await host.SendAsync("GET", $"/v3/sources/s{number}/command")).Status);
            Assert.InRange(host.Cache.Count, 1, 16);
        }
    }

    [Fact]
    public async Task Queue_of_this_process_that_is_idle_is_not_called()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains => grains.Register("s1"), services: services => services.AddSingleton<ILocalQueues, IdleQueues>());
        Assert.Equal(200, (await host.SendAsync("GET", "/v3/sources/s1/command")).Status);
        Assert.Empty(host.Grains.Servers["s1"].Calls);
        (await host.SendAsync("GET", "/v3/sources/s1/command", token: "wrong")).IsVendorError(401, "APIGW.0301");
    }

    public static TheoryData<string, int, string> Failures => new()
    {
        { "storage", 503, "SMS.6301" },
        { "unreachable", 503, "SMS.6301" },
        { "timeout", 503, "SMS.6301" },
        { "orleans", 503, "SMS.6301" },
        { "quarantined", 500, "SMS.6000" },
        { "internal", 500, "SMS.6000" },
        { "anything", 500, "SMS.6000" },
        { "full", 429, "APIGW.0308" },
        { "gone", 404, "SMS.7602" },
        { "invalid", 400, "SMS.9001" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Failure_behind_the_gateway_becomes_the_vendors_error(string what, int status, string code)
    {
        Exception failure = what switch
        {
            "storage" => new BrokerException(BrokerErrorReason.StorageUnavailable, "The disk is full."),
            "unreachable" => new BrokerException(BrokerErrorReason.Unreachable, "No silo."),
            "timeout" => new TimeoutException("secret-detail"),
            "orleans" => new OrleansException("secret-detail"),
            "quarantined" => new BrokerException(BrokerErrorReason.Quarantined, "secret-detail"),
            "internal" => new BrokerException(BrokerErrorReason.Internal, "secret-detail"),
            "full" => new BrokerException(BrokerErrorReason.QueueFull, "Full."),
            "gone" => new BrokerException(BrokerErrorReason.UnknownSourceServer, "Gone."),
            "invalid" => new BrokerException(BrokerErrorReason.InvalidArgument, "No."),
            _ => new InvalidOperationException("secret-detail"),
        };
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains => grains.Register("s1").Poll = () => ValueTask.FromException<PollReply>(failure));
        Answer answer = (await host.SendAsync("GET", "/v3/sources/s1/command")).IsVendorError(status, code);
        Assert.DoesNotContain("secret-detail", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", answer.Body, StringComparison.Ordinal);
    }

    private sealed class IdleQueues : ILocalQueues
    {
        public bool IsIdle(ReadOnlySpan<char> key) => true;
    }
}
