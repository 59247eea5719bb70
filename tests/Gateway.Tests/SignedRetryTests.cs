using System.Collections.Concurrent;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using Xunit;

namespace CommandBroker.Gateway.Tests;

/// <summary>What happens to a signed request that changes something and arrives twice: an HTTP stack sends it again when a connection breaks.</summary>
public sealed class SignedRetryTests
{
    private const string AccessKey = "AKTEST0000000000000A";
    private const string Secret = "sktest-secret-0000000000000000000000000000";
    private const string Commands = "/api/v1/sources/s1/commands";
    private const string Command = """{"command_name":"START"}""";
    private const string ReportPath = "/v3/sources/s1/command_result";
    private const string Report = """{"command_name":"START","result":"success","result_detail":{"msg":"done"}}""";
    private const string KeyHeader = "Idempotency-Key";

    private static readonly RequestSigner Signer = new(AccessKey, Secret);

    [Fact]
    public async Task Repeated_report_gets_the_first_answer_and_reaches_the_queue_once()
    {
        await using GatewayHost host = await StartAsync();
        (string, string)[] headers = Signer.Sign("POST", ReportPath, Report);
        Answer first = await SendAsync(host, ReportPath, Report, headers), second = await SendAsync(host, ReportPath, Report, headers);
        Assert.Equal((200, "{}"), (first.Status, first.Body));
        Assert.Equal((200, "{}"), (second.Status, second.Body));
        Assert.Single(host.Grains.Servers["s1"].Reports);
    }

    [Theory]
    [InlineData(ReportReplyStatus.NotOutstanding)]
    [InlineData(ReportReplyStatus.Contradicting)]
    public async Task Repeated_report_that_the_queue_refused_is_refused_alike_and_reaches_the_queue_once(ReportReplyStatus refused)
    {
        await using GatewayHost host = await StartAsync();
        FakeServer server = host.Grains.Servers["s1"];
        server.Report = _ => refused;
        (string, string)[] headers = Signer.Sign("POST", ReportPath, Report);
        Answer first = await SendAsync(host, ReportPath, Report, headers);
        server.Report = _ => ReportReplyStatus.Ended;
        Answer second = await SendAsync(host, ReportPath, Report, headers);
        first.IsVendorError(400, "SMS.6021");
        second.IsVendorError(400, "SMS.6021");
        Assert.Equal(MessageOf(first), MessageOf(second));
        Assert.Single(server.Reports);
    }

    [Fact]
    public async Task Repeated_report_is_carried_out_when_the_first_was_not_answered()
    {
        await using GatewayHost host = await StartAsync();
        FakeServer server = host.Grains.Servers["s1"];
        (string, string)[] headers = Signer.Sign("POST", ReportPath, Report);
        server.Failure = new BrokerException(BrokerErrorReason.StorageUnavailable, "Full.");
        Assert.Equal(503, (await SendAsync(host, ReportPath, Report, headers)).Status);
        server.Failure = null;
        Assert.Equal(200, (await SendAsync(host, ReportPath, Report, headers)).Status);
        Assert.Equal(2, server.Reports.Count);
    }

    [Fact]
    public async Task Repeated_report_has_the_first_ones_tag_also_through_another_gateway()
    {
        await using GatewayHost one = await StartAsync();
        await using GatewayHost other = await StartAsync(one.Grains);
        (string, string)[] headers = Signer.Sign("POST", ReportPath, Report);
        Assert.Equal(200, (await SendAsync(one, ReportPath, Report, headers)).Status);
        Assert.Equal(200, (await SendAsync(other, ReportPath, Report, [.. headers, ("X-Command-Id", "2")])).Status);
        ulong?[] tags = [.. one.Grains.Servers["s1"].Reports.Select(call => call.Tag)];
        Assert.Equal(2, tags.Length);
        Assert.InRange(tags[0] ?? 0, 2ul, 1ul << 63);
        Assert.Equal(tags[0], tags[1]);
    }

    [Fact]
    public async Task Repeated_report_that_names_another_command_is_refused()
    {
        await using GatewayHost host = await StartAsync();
        (string, string)[] headers = Signer.Sign("POST", ReportPath, Report);
        Assert.Equal(200, (await SendAsync(host, ReportPath, Report, [.. headers, ("X-Command-Id", "1")])).Status);
        IsUsed(await SendAsync(host, ReportPath, Report, [.. headers, ("X-Command-Id", "2")]));
        IsUsed(await SendAsync(host, ReportPath, Report, headers));
        Assert.Equal(200, (await SendAsync(host, ReportPath, Report, [.. headers, ("X-Command-Id", "1")])).Status);
        Assert.Equal(1, Assert.Single(host.Grains.Servers["s1"].Reports).Seq);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("k", false)]
    [InlineData("k", true)]
    public async Task Repeated_enqueue_gets_the_first_ones_number_also_through_another_gateway(string? key, bool isKeySigned)
    {
        await using GatewayHost one = await StartAsync();
        await using GatewayHost other = await StartAsync(one.Grains);
        (string, string)[] headers = Sign(Commands, Command, key, isKeySigned);
        Answer first = await SendAsync(one, Commands, Command, headers);
        Assert.Equal(201, first.Status);
        foreach (GatewayHost host in (GatewayHost[])[one, other])
        {
            Answer again = await SendAsync(host, Commands, Command, headers);
            Assert.Equal(200, again.Status);
            Assert.Equal(IdOf(first), IdOf(again));
        }

        Assert.Single(one.Grains.Servers["s1"].Enqueued.Select(call => call.IdempotencyKey).Distinct());
    }

    [Theory]
    [InlineData("k", "other")]
    [InlineData("k", null)]
    [InlineData(null, "k")]
    public async Task Repeated_enqueue_with_another_unsigned_key_is_refused_also_through_another_gateway(string? first, string? second)
    {
        await using GatewayHost one = await StartAsync();
        await using GatewayHost other = await StartAsync(one.Grains);
        Assert.Equal(201, (await SendAsync(one, Commands, Command, Sign(Commands, Command, first, isKeySigned: false))).Status);
        foreach (GatewayHost host in (GatewayHost[])[one, other])
        {
            Answer refused = await SendAsync(host, Commands, Command, Sign(Commands, Command, second, isKeySigned: false));
            Assert.Equal(401, refused.Status);
            Assert.Contains("has been used", refused.Body, StringComparison.Ordinal);
        }

        Assert.Single(one.Grains.Servers["s1"].Enqueued);
    }

    [Fact]
    public async Task Key_that_is_signed_cannot_be_changed()
    {
        await using GatewayHost host = await StartAsync();
        (string Name, string Value)[] headers = Sign(Commands, Command, "k", isKeySigned: true);
        Assert.Equal(201, (await SendAsync(host, Commands, Command, headers)).Status);
        Assert.Equal(401, (await SendAsync(host, Commands, Command, [.. headers.Where(header => header.Name != KeyHeader), (KeyHeader, "other")])).Status);
    }

    [Fact]
    public async Task Two_signed_enqueues_without_a_key_are_two_commands()
    {
        await using GatewayHost host = await StartAsync();
        Answer first = await SendAsync(host, Commands, Command, Sign(Commands, Command, null, isKeySigned: false));
        Answer second = await SendAsync(host, Commands, Command, (Signer with { Now = Signer.Now.AddSeconds(1) }).Sign("POST", Commands, Command));
        Assert.Equal((201, 201), (first.Status, second.Status));
        Assert.NotEqual(IdOf(first), IdOf(second));
    }

    [Fact]
    public async Task Repeated_batch_adds_nothing_with_or_without_keys_in_its_lines()
    {
        const string Path = "/api/v1/commands";
        const string Lines = """
            {"server_id":"s1","command_name":"START","idempotency_key":"a"}
            {"server_id":"s1","command_name":"STOP"}
            {"server_id":"s1","command_name":"STOP"}

            """;
        await using GatewayHost one = await StartAsync();
        await using GatewayHost other = await StartAsync(one.Grains);
        (string, string)[] headers = Signer.Sign("POST", Path, Lines);
        foreach (GatewayHost host in (GatewayHost[])[one, one, other])
        {
            Assert.Equal(200, (await SendAsync(host, Path, Lines, headers, "application/x-ndjson")).Status);
        }

        Assert.Equal(3, one.Grains.Servers["s1"].Enqueued.Select(call => call.IdempotencyKey).Distinct().Count());
    }

    [Fact]
    public async Task Repeated_enqueue_whose_body_is_not_signed_is_refused()
    {
        await using GatewayHost host = await StartAsync(settings: new() { ["Identity:AllowUnsignedPayload"] = "true" });
        (string, string)[] headers = (Signer with { ContentHash = "UNSIGNED-PAYLOAD" }).Sign("POST", Commands, Command, (KeyHeader, "k"));
        Assert.Equal(201, (await SendAsync(host, Commands, Command, headers)).Status);
        Assert.Equal(401, (await SendAsync(host, Commands, """{"command_name":"STOP"}""", headers)).Status);
        Assert.Single(host.Grains.Servers["s1"].Enqueued);
    }

    [Theory]
    [InlineData("POST", "/v3/sources", """{"name":"web","os_type":"LINUX"}""")]
    [InlineData("POST", "/v3/sources/delete", """{"ids":["s1"]}""")]
    [InlineData("POST", Commands + "/1/cancel", "")]
    [InlineData("POST", Commands + "/1/redrive", "")]
    [InlineData("PUT", "/api/v1/sources/s1/settings", """{"max_deliveries":3}""")]
    [InlineData("DELETE", "/v3/sources/s1", "")]
    public async Task Signature_of_any_other_change_counts_once(string method, string path, string body)
    {
        await using GatewayHost host = await StartAsync();
        (string, string)[] headers = Signer.Sign(method, path, body);
        Answer first = await host.SendAsync(method, path, body, token: null, headers: headers);
        Assert.InRange(first.Status, 200, 299);
        Answer again = await host.SendAsync(method, path, body, token: null, headers: headers);
        Assert.Equal(401, again.Status);
        Assert.Contains("has been used", again.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/v3/sources", "{", 400)]
    [InlineData("POST", "/v3/sources", """{"name":"web"}""", 400)]
    [InlineData("POST", Commands + "/1/redrive?x=1", "", 400)]
    [InlineData("POST", Commands + "/1/cancel", """{"misspelt":1}""", 400)]
    [InlineData("DELETE", "/v3/sources/unknown", "", 404)]
    public async Task Signature_of_any_other_change_counts_once_also_when_the_call_was_refused_behind_the_door(string method, string path, string body, int status)
    {
        await using GatewayHost host = await StartAsync();
        (string, string)[] headers = Signer.Sign(method, path, body);
        Assert.Equal(status, (await host.SendAsync(method, path, body, token: null, headers: headers)).Status);
        Assert.Equal(401, (await host.SendAsync(method, path, body, token: null, headers: headers)).Status);
    }

    [Fact]
    public async Task Signature_of_a_change_that_was_refused_at_the_door_can_be_sent_again()
    {
        await using GatewayHost host = await StartAsync();
        const string Path = Commands + "/1/cancel";
        (string, string)[] headers = Signer.Sign("POST", Path);
        Assert.Equal(403, (await SendAsync(host, Path, "", [.. headers, ("Sec-Fetch-Site", "cross-site")])).Status);
        Assert.Equal(200, (await SendAsync(host, Path, "", headers)).Status);
    }

    private static (string Name, string Value)[] Sign(string path, string body, string? key, bool isKeySigned) =>
        key is null ? Signer.Sign("POST", path, body)
        : isKeySigned ? Signer.Sign("POST", path, body, (KeyHeader, key))
        : [.. Signer.Sign("POST", path, body), (KeyHeader, key)];

    private static void IsUsed(Answer answer) =>
        Assert.Contains("has been used", answer.IsVendorError(401, "APIGW.0301").Body, StringComparison.Ordinal);

    private static string? MessageOf(Answer answer) => answer.Json.GetProperty("error_msg").GetString();

    private static string? IdOf(Answer answer) => answer.Json.GetProperty("command_id").ToString();

    private static Task<Answer> SendAsync(
        GatewayHost host, string path, string body, (string Name, string Value)[] headers, string contentType = "application/json") =>
        host.SendAsync("POST", path, body, token: null, contentType, headers);

    private static Task<GatewayHost> StartAsync(FakeGrains? grains = null, Dictionary<string, string?>? settings = null) => GatewayHost.StartAsync(
        fake =>
        {
            if (grains is not null)
            {
                return;
            }

            var numbers = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
            fake.Register("s1").Enqueue = call => call.IdempotencyKey is { } key && numbers.TryGetValue(key, out long seq)
                ? new EnqueueReply { Seq = seq, WasThere = true }
                : new EnqueueReply { Seq = call.IdempotencyKey is { } fresh ? numbers[fresh] = numbers.Count + 1 : 1_000 + fake.Servers["s1"].Enqueued.Count };
            fake.Identity.AddKey(AccessKey, Secret, fake.Identity.AddPrincipal("signer", Roles.Operator | Roles.Agent));
        },
        settings,
        grains: grains);
}
