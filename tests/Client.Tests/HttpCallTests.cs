using System.Net;
using System.Net.Sockets;
using CommandBroker.Client.Http;
using CommandBroker.Contracts;
using Xunit;

namespace CommandBroker.Client.Tests;

public sealed class HttpCallTests
{
    private const string Accepted = """{"command_id":"17","server_id":"web-1","was_there":true}""";

    [Fact]
    public async Task A_repeated_enqueue_carries_the_same_key()
    {
        var stub = new StubHandler(request => request.Number < 3 ? throw new HttpRequestException("lost") : StubHandler.Text(HttpStatusCode.OK, Accepted));
        var client = new HttpCommandBrokerClient(stub.Client, Samples.FastRetry);

        EnqueueReply reply = await client.EnqueueAsync("web-1", new EnqueueCall { Name = "START" });

        Assert.Equal((17, true), (reply.Seq, reply.WasThere));
        Assert.Equal(3, stub.Requests.Count);
        Assert.True(Guid.TryParse(Assert.Single(stub.Requests.Select(request => request.Key).Distinct()), out Guid key));
        Assert.Equal(7, key.Version);
    }

    [Theory]
    [InlineData("task_id")]
    [InlineData("[1]")]
    [InlineData("{}},{\"priority\":5")]
    public async Task A_parameter_that_is_no_JSON_object_is_told_with_its_name_and_not_sent(string param)
    {
        var stub = new StubHandler(_ => StubHandler.Text(HttpStatusCode.OK, Accepted));

        BrokerException fault = await Assert.ThrowsAsync<BrokerException>(
            () => new HttpCommandBrokerClient(stub.Client).EnqueueAsync("web-1", new EnqueueCall { Name = "START", Param = param }));

        Assert.Equal(BrokerErrorReason.InvalidArgument, fault.Reason);
        Assert.StartsWith("Param is no JSON object", fault.Message, StringComparison.Ordinal);
        Assert.Empty(stub.Requests);
    }

    [Fact]
    public async Task The_callers_own_key_is_kept()
    {
        var stub = new StubHandler(_ => StubHandler.Text(HttpStatusCode.OK, Accepted));

        await new HttpCommandBrokerClient(stub.Client).EnqueueAsync("web-1", new EnqueueCall { Name = "START", IdempotencyKey = "mine" });

        Assert.Equal("mine", Assert.Single(stub.Requests).Key);
    }

    [Fact]
    public async Task The_attempts_are_bounded()
    {
        var stub = new StubHandler(_ => StubHandler.Text(HttpStatusCode.ServiceUnavailable, """{"error_code":"SMS.6301","error_msg":"full"}"""));

        BrokerException fault = await Assert.ThrowsAsync<BrokerException>(
            () => new HttpSourceServerClient(stub.Client, Samples.FastRetry).ListAsync(new SourceServerQuery()));

        Assert.Equal((BrokerErrorReason.StorageUnavailable, true, "full"), (fault.Reason, fault.IsTransient, fault.Message));
        Assert.Equal(3, stub.Requests.Count);
    }

    [Theory]
    [InlineData("queue_full", BrokerErrorReason.QueueFull)]
    [InlineData("key_conflict", BrokerErrorReason.KeyConflict)]
    [InlineData("wrong_state", BrokerErrorReason.WrongState)]
    public async Task A_problem_keeps_its_reason_and_is_not_repeated(string reason, BrokerErrorReason expected)
    {
        var stub = new StubHandler(_ => StubHandler.Text(
            HttpStatusCode.Conflict, $$"""{"title":"t","detail":"d","reason":"{{reason}}","transient":false}""", "application/problem+json"));

        BrokerException fault = await Assert.ThrowsAsync<BrokerException>(
            () => new HttpCommandBrokerClient(stub.Client, Samples.FastRetry).CancelAsync("web-1", 1));

        Assert.Equal((expected, "d"), (fault.Reason, fault.Message));
        Assert.Single(stub.Requests);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, "APIGW.0301", BrokerErrorReason.Unauthorized)]
    [InlineData(HttpStatusCode.Forbidden, "SMS.9004", BrokerErrorReason.Unauthorized)]
    [InlineData(HttpStatusCode.BadRequest, "SMS.9001", BrokerErrorReason.InvalidArgument)]
    [InlineData(HttpStatusCode.Conflict, "SMS.7601", BrokerErrorReason.CommandsOutstanding)]
    [InlineData(HttpStatusCode.InternalServerError, "SMS.6000", BrokerErrorReason.Internal)]
    public async Task The_vendors_errors_have_a_reason(HttpStatusCode status, string code, BrokerErrorReason expected)
    {
        var stub = new StubHandler(_ => StubHandler.Text(status, $$"""{"error_code":"{{code}}","error_msg":"m"}"""));

        BrokerException fault = await Assert.ThrowsAsync<BrokerException>(
            () => new HttpSourceServerClient(stub.Client, Samples.FastRetry).RenameAsync("web-1", "x"));

        Assert.Equal((expected, "m"), (fault.Reason, fault.Message));
    }

    [Fact]
    public async Task A_list_is_asked_for_with_every_filter_or_not_at_all()
    {
        var stub = new StubHandler(_ => StubHandler.Text(HttpStatusCode.OK, """{"count":0,"source_servers":[]}"""));
        var client = new HttpSourceServerClient(stub.Client);
        var query = new SourceServerQuery
        {
            Limit = 5, Offset = 6, Quarantined = false, NameContains = "a b", ServerId = "web-1", Connected = true, Members = """{"ip":"::1","migprojectid":"p"}""",
        };

        await client.ListAsync(query);
        await client.ListAsync(new SourceServerQuery());
        foreach (string members in (string[])["""{"hostname":"x"}""", """{"ip":7}""", "[]", "ip"])
        {
            BrokerException fault = await Assert.ThrowsAsync<BrokerException>(() => client.ListAsync(query with { Members = members }));
            Assert.Equal(BrokerErrorReason.InvalidArgument, fault.Reason);
        }

        Assert.Equal(
            ["/v3/sources?limit=5&offset=6&state=waiting&name=a%20b&id=web-1&connected=true&ip=%3A%3A1&migproject=p", "/v3/sources?limit=100&offset=0"],
            stub.Requests.Select(request => request.Path));
    }

    [Fact]
    public async Task What_is_not_there_is_null()
    {
        var stub = new StubHandler(request => request.Path.StartsWith("/api", StringComparison.Ordinal)
            ? StubHandler.Text(HttpStatusCode.NotFound, """{"reason":"unknown_command"}""", "application/problem+json")
            : StubHandler.Text(HttpStatusCode.NotFound, """{"error_code":"SMS.7602","error_msg":"m"}"""));

        Assert.Null(await new HttpCommandBrokerClient(stub.Client).ShowAsync("web-1", 3));
        Assert.Null(await new HttpSourceServerClient(stub.Client).ShowAsync("web-1"));
    }

    [Fact]
    public async Task Deleting_again_after_a_lost_answer_is_a_success()
    {
        var stub = new StubHandler(request => request.Number == 1
            ? throw new HttpRequestException("lost")
            : StubHandler.Text(HttpStatusCode.NotFound, """{"error_code":"SMS.7602","error_msg":"m"}"""));

        await new HttpSourceServerClient(stub.Client, Samples.FastRetry).DeleteAsync("web-1");

        Assert.Equal(2, stub.Requests.Count);
    }

    [Fact]
    public async Task A_port_nobody_listens_on_is_one_clear_sentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };

        BrokerException fault = await Assert.ThrowsAsync<BrokerException>(() => new HttpCommandBrokerClient(http, Samples.FastRetry).ListAsync("web-1"));

        Assert.Equal(BrokerErrorReason.Unreachable, fault.Reason);
        Assert.Equal($"The broker at http://127.0.0.1:{port} cannot be reached: Connection refused.", fault.Message);
    }

    [Fact]
    public async Task Something_else_than_a_broker_is_recognised()
    {
        var stub = new StubHandler(_ => StubHandler.Text(HttpStatusCode.OK, "<html>", "text/html"));

        BrokerException fault = await Assert.ThrowsAsync<BrokerException>(() => new HttpCommandBrokerClient(stub.Client).ListAsync("web-1"));

        Assert.Equal(BrokerErrorReason.Internal, fault.Reason);
        Assert.Contains("is the address right?", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_server_id_is_never_sent()
    {
        var stub = new StubHandler(_ => StubHandler.Text(HttpStatusCode.OK, "{}"));

        await Assert.ThrowsAsync<BrokerException>(() => new HttpCommandBrokerClient(stub.Client).ListAsync("../x"));

        Assert.Empty(stub.Requests);
    }
}
