using System.Net.Sockets;
using System.Text;
using CommandBroker.Contracts.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class SignedRequestTests
{
    private const string AccessKey = "AKTEST0000000000000A";
    private const string Secret = "sktest-secret-0000000000000000000000000000";
    private const string Poll = "/v3/sources/s1/command";
    private const string ReportPath = "/v3/sources/s1/command_result";
    private const string Report = """{"command_name":"START","result":"success","result_detail":{"msg":"done"}}""";

    private static readonly RequestSigner Signer = new(AccessKey, Secret);

    [Fact]
    public async Task Signed_poll_report_and_management_call_are_admitted()
    {
        await using GatewayHost host = await StartAsync(Roles.Operator);
        Assert.Equal(200, (await SendAsync(host, Signer, "GET", Poll)).Status);
        Assert.Equal(200, (await SendAsync(host, Signer, "GET", "/v3/sources?limit=2&offset=0")).Status);
        Assert.Equal(200, (await SendAsync(host, Signer, "POST", ReportPath, Report)).Status);
        Assert.Equal(201, (await SendAsync(host, Signer, "POST", "/api/v1/sources/s1/commands", """{"command_name":"START"}""")).Status);
        Assert.Equal("""{"msg":"done"}""", Assert.Single(host.Grains.Servers["s1"].Reports).ResultDetail);
        Assert.Single(host.Grains.Identity.Calls, call => call.StartsWith("FindAccessKey", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData(" ")]
    public async Task Poll_with_a_body_is_admitted_with_the_hash_of_that_body_and_the_connection_stays_usable(string body)
    {
        await using GatewayHost host = await StartAsync();
        for (int number = 0; number < 3; number++)
        {
            Assert.Equal(200, (await SendAsync(host, Signer, "GET", Poll, body)).Status);
        }

        (await host.SendAsync("GET", Poll, body + " ", token: null, headers: Signer.Sign("GET", Poll, body))).IsVendorError(401, "APIGW.0301");
    }

    [Fact]
    public async Task Body_sent_in_chunks_is_hashed_and_then_read_by_the_endpoint()
    {
        await using GatewayHost host = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, ReportPath) { Content = new ChunkedContent(Report) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        foreach ((string name, string value) in Signer.Sign("POST", ReportPath, Report))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage response = await host.Http.SendAsync(request);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("""{"msg":"done"}""", Assert.Single(host.Grains.Servers["s1"].Reports).ResultDetail);
    }

    [Fact]
    public async Task Signed_body_may_be_as_long_as_the_limit_and_not_longer()
    {
        await using GatewayHost host = await StartAsync(settings: new() { ["Gateway:MaxBodyBytes"] = "200000" });
        string longest = Report + new string(' ', 200_000 - Report.Length);
        Assert.Equal(200, (await SendAsync(host, Signer, "POST", ReportPath, longest)).Status);
        (await SendAsync(host, Signer, "POST", ReportPath, longest + " ")).IsVendorError(400, "SMS.6014");
    }

    [Fact]
    public async Task Changed_method_target_header_body_or_secret_is_refused()
    {
        await using GatewayHost host = await StartAsync(Roles.Operator);
        (string, string)[] poll = Signer.Sign("GET", Poll);
        (string, string)[] report = Signer.Sign("POST", ReportPath, Report);
        (string, string)[] named = Signer.Sign("GET", Poll, "", ("X-Domain-Id", DefaultTenant.DomainId));
        (string, string)[] renamed = [.. named.Select(header => header.Item1 == "X-Domain-Id" ? (header.Item1, "other") : header)];
        Answer[] refused =
        [
            await host.SendAsync("GET", Poll + "?a=b", token: null, headers: poll),
            await host.SendAsync("GET", "/v3/sources/s2/command", token: null, headers: poll),
            await host.SendAsync("GET", "/v1/sms/sources/s1/command", token: null, headers: poll),
            await host.SendAsync("POST", ReportPath, Report + " ", token: null, headers: report),
        ];
        foreach (Answer answer in refused)
        {
            Assert.Contains("the access key or the signature is not valid", answer.IsVendorError(401, "APIGW.0301").Body, StringComparison.Ordinal);
        }

        (await host.SendAsync("GET", Poll, token: null, headers: renamed)).IsVendorError(401, "APIGW.0301");
        Assert.Empty(host.Grains.Servers["s1"].Calls);
    }

    [Fact]
    public async Task Unknown_key_and_wrong_signature_get_the_same_answer_and_the_same_questions_are_asked()
    {
        await using GatewayHost host = await StartAsync(settings: new() { ["Identity:KeyLockFailures"] = "100" });
        await SendAsync(host, Signer, "GET", Poll);
        host.Grains.Identity.Calls.Clear();
        var unknown = new RequestSigner("AKTEST0000000000000B", Secret);
        RequestSigner wrong = Signer with { Secret = Secret + "x" };
        for (int number = 0; number < 3; number++)
        {
            Answer first = (await SendAsync(host, unknown, "GET", Poll)).IsVendorError(401, "APIGW.0301");
            Answer second = (await SendAsync(host, wrong, "GET", Poll)).IsVendorError(401, "APIGW.0301");
            Assert.Equal(first.Body, second.Body);
            string[] calls = [.. host.Grains.Identity.Calls];
            Assert.Equal(2, calls.Length);
            Assert.Equal("FindAccessKey AKTEST0000000000000B", calls[0]);

            // The key that is known is not asked for: finding it would take longer than not finding one.
            Assert.Matches("^FindAccessKey [A-Z0-9]{20}$", calls[1]);
            Assert.DoesNotContain(AccessKey, calls[1], StringComparison.Ordinal);
        }

        Assert.Equal(200, (await SendAsync(host, Signer, "GET", Poll)).Status);
    }

    [Theory]
    [InlineData("GET", Poll, null)]
    [InlineData("POST", ReportPath, Report)]
    public async Task Wrong_clock_is_refused_without_a_question_whether_the_key_exists_or_not(string method, string path, string? body)
    {
        await using GatewayHost host = await StartAsync();
        await SendAsync(host, Signer, "GET", Poll);
        host.Grains.Identity.Calls.Clear();
        foreach (string accessKey in (string[])[AccessKey, "AKTEST0000000000000B"])
        {
            var late = new RequestSigner(accessKey, Secret) { Now = DateTimeOffset.UtcNow.AddMinutes(-20) };
            (await SendAsync(host, late, method, path, body)).IsVendorError(401, "APIGW.0301");
        }

        Assert.DoesNotContain(host.Grains.Identity.Calls, call => call.StartsWith("FindAccessKey", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Wrong_clock_is_told_with_the_servers_time_and_the_difference()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
        await using GatewayHost host = await StartAsync(clock: clock);
        RequestSigner signer = Signer with { Now = clock.GetUtcNow() };
        Assert.Equal(200, (await SendAsync(host, signer with { Now = signer.Now.AddMinutes(-15) }, "GET", Poll)).Status);
        Assert.Equal(200, (await SendAsync(host, signer with { Now = signer.Now.AddMinutes(15) }, "GET", Poll)).Status);
        string behind = (await SendAsync(host, signer with { Now = signer.Now.AddMinutes(-20) }, "GET", Poll)).IsVendorError(401, "APIGW.0301").Body;
        Assert.Contains("1200 s behind the server's clock, which shows 20261124T080000Z; 900 s are allowed", behind, StringComparison.Ordinal);
        string ahead = (await SendAsync(host, signer with { Now = signer.Now.AddSeconds(901) }, "POST", ReportPath, Report)).IsVendorError(401, "APIGW.0301").Body;
        Assert.Contains("901 s ahead of the server's clock", ahead, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signature_of_a_change_counts_once_and_that_of_a_poll_again()
    {
        const string Registration = """{"name":"web","os_type":"LINUX"}""";
        await using GatewayHost host = await StartAsync();
        (string, string)[] register = Signer.Sign("POST", "/v3/sources", Registration);
        Assert.Equal(200, (await host.SendAsync("POST", "/v3/sources", Registration, token: null, headers: register)).Status);
        Answer again = await host.SendAsync("POST", "/v3/sources", Registration, token: null, headers: register);
        Assert.Contains("has been used", again.IsVendorError(401, "APIGW.0301").Body, StringComparison.Ordinal);
        (string, string)[] poll = Signer.Sign("GET", Poll);
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: null, headers: poll)).Status);
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: null, headers: poll)).Status);
    }

    [Theory]
    [InlineData("X-Project-Id", DefaultTenant.ProjectId, 200)]
    [InlineData("X-Project-Id", "other", 401)]
    [InlineData("X-Project-Id", "wide", 401)]
    [InlineData("X-Domain-Id", DefaultTenant.DomainId, 200)]
    [InlineData("X-Domain-Id", "other", 401)]
    [InlineData("X-Security-Token", "session", 401)]
    public async Task Header_that_is_set_after_signing_counts_when_it_is_true_of_the_key(string name, string value, int status)
    {
        await using GatewayHost host = await StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        value = value == "wide" ? fake.AddProject("wide") : value;
        fake.AddKey("WIDE", Secret, fake.AddPrincipal("wide", Roles.Agent, isDomainWide: true));
        foreach (string accessKey in (string[])[AccessKey, "WIDE"])
        {
            (string, string)[] headers = [.. (Signer with { AccessKey = accessKey }).Sign("GET", Poll), (name, value)];
            Assert.Equal(status, (await host.SendAsync("GET", Poll, token: null, headers: headers)).Status);
            Assert.Equal(401, (await host.SendAsync("GET", Poll, token: null, headers: [.. headers, (name, value)])).Status);
        }
    }

    [Fact]
    public async Task Domain_wide_key_reaches_another_project_only_by_a_signed_header()
    {
        await using GatewayHost host = await StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        string other = fake.AddProject("other");
        fake.AddKey("WIDE", Secret, fake.AddPrincipal("wide", Roles.Operator, isDomainWide: true));
        RequestSigner wide = Signer with { AccessKey = "WIDE" };
        const string List = "/v3/sources?limit=2&offset=0";
        Assert.Equal(200, (await host.SendAsync("GET", List, token: null, headers: wide.Sign("GET", List, "", ("X-Project-Id", other)))).Status);
        (await host.SendAsync("GET", List, token: null, headers: [.. wide.Sign("GET", List), ("X-Project-Id", other)])).IsVendorError(401, "APIGW.0301");
    }

    [Fact]
    public async Task Signature_that_was_refused_for_another_reason_can_be_sent_again()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using GatewayHost host = await StartAsync(clock: clock, perSecond: 1);
        RequestSigner signer = Signer with { Now = clock.GetUtcNow() };
        Assert.Equal(200, (await SendAsync(host, signer, "GET", Poll)).Status);
        (string, string)[] report = signer.Sign("POST", ReportPath, Report);
        (await host.SendAsync("POST", ReportPath, Report, token: null, headers: report)).IsVendorError(429, "APIGW.0308");
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await host.SendAsync("POST", ReportPath, Report, token: null, headers: report)).Status);
    }

    [Fact]
    public async Task Five_wrong_signatures_in_a_row_lock_the_key_for_that_address_for_five_minutes()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using GatewayHost host = await StartAsync(clock: clock, settings: new() { ["Identity:MaxStaleness"] = "01:00:00" });
        RequestSigner right = Signer with { Now = clock.GetUtcNow() };
        RequestSigner wrong = right with { Secret = "x" };
        for (int number = 0; number < 5; number++)
        {
            await SendAsync(host, wrong, "GET", Poll);
        }

        Answer locked = (await SendAsync(host, right, "GET", Poll)).IsVendorError(401, "APIGW.0301");
        Assert.Contains("300 s", locked.Body, StringComparison.Ordinal);
        Assert.Equal("300", locked.Header("Retry-After"));
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(200, (await SendAsync(host, right, "GET", Poll)).Status);
    }

    [Fact]
    public async Task Temporary_key_goes_with_its_own_security_token_signed_or_not_and_until_its_end()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using GatewayHost host = await StartAsync(clock: clock, settings: new() { ["Identity:KeyLockFailures"] = "100", ["Identity:MaxStaleness"] = "01:00:00" });
        FakeIdentity fake = host.Grains.Identity;
        fake.AddKey("TEMP", Secret, fake.Principals[FakeIdentity.Id("signer")], "session", clock.GetUtcNow().AddMinutes(15));
        RequestSigner signer = new RequestSigner("TEMP", Secret) { Now = clock.GetUtcNow() };
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: null, headers: signer.Sign("GET", Poll, "", ("X-Security-Token", "session")))).Status);
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: null, headers: [.. signer.Sign("GET", Poll), ("X-Security-Token", "session")])).Status);
        foreach ((string, string)[] headers in ((string, string)[][])
            [
                signer.Sign("GET", Poll),
                signer.Sign("GET", Poll, "", ("X-Security-Token", "other")),
                [.. signer.Sign("GET", Poll), ("X-Security-Token", "other")],
                [.. signer.Sign("GET", Poll), ("X-Security-Token", "session"), ("X-Security-Token", "session")],
                [.. signer.Sign("GET", Poll, "", ("X-Security-Token", "session")), ("X-Security-Token", "other")],
                [.. (Signer with { Now = signer.Now }).Sign("GET", Poll), ("X-Security-Token", "session")],
                (Signer with { Now = signer.Now }).Sign("GET", Poll, "", ("X-Security-Token", "session")),
            ])
        {
            (await host.SendAsync("GET", Poll, token: null, headers: headers)).IsVendorError(401, "APIGW.0301");
        }

        clock.Advance(TimeSpan.FromMinutes(15));
        signer = signer with { Now = clock.GetUtcNow() };
        Answer late = await host.SendAsync("GET", Poll, token: null, headers: signer.Sign("GET", Poll, "", ("X-Security-Token", "session")));
        Assert.Contains("access key TEMP ended at", late.IsVendorError(401, "APIGW.0301").Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ended_key_is_named_with_its_end_and_the_reason_to_its_owner_and_in_the_log()
    {
        var log = new RecordingLoggerProvider();
        await using GatewayHost host = await StartAsync(log: log);
        FakeIdentity fake = host.Grains.Identity;
        var end = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        fake.AddKey("ROTATED", Secret, fake.Principals[FakeIdentity.Id("signer")], expiresAt: end);
        fake.AddKey("OVER", Secret, fake.Principals[FakeIdentity.Id("signer")], expiresAt: end);
        fake.Credentials["ROTATED"] = fake.Credentials["ROTATED"] with { RotatedTo = "NEXT" };

        string rotated = (await SendAsync(host, new RequestSigner("ROTATED", Secret), "GET", Poll)).IsVendorError(401, "APIGW.0301").Body;
        string over = (await SendAsync(host, new RequestSigner("OVER", Secret), "GET", Poll)).IsVendorError(401, "APIGW.0301").Body;
        string wrong = (await SendAsync(host, new RequestSigner("OVER", Secret + "x"), "GET", Poll)).IsVendorError(401, "APIGW.0301").Body;

        Assert.Contains("access key ROTATED ended at 2026-01-02T03:04:05Z, as it was rotated to NEXT.", rotated, StringComparison.Ordinal);
        Assert.Contains("access key OVER ended at 2026-01-02T03:04:05Z, as its lifetime was over.", over, StringComparison.Ordinal);
        Assert.DoesNotContain("ended", wrong, StringComparison.Ordinal);
        Assert.Contains(log.Lines, line => line.Contains("KeyExpired access key ROTATED ended at 2026-01-02T03:04:05Z, as it was rotated to NEXT, of signer", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.Contains("Mismatch of access key OVER", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Disabled_or_deleted_key_is_refused_as_an_unknown_one_after_the_next_refresh()
    {
        await using GatewayHost host = await StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        Assert.Equal(200, (await SendAsync(host, Signer, "GET", Poll)).Status);
        CredentialView key = fake.Credentials[AccessKey];
        fake.Credentials[AccessKey] = key with { IsEnabled = false };
        fake.Tell(IdentityChangeKind.AccessKey, AccessKey);
        Assert.True(await host.RefreshAsync());
        string disabled = (await SendAsync(host, Signer, "GET", Poll)).IsVendorError(401, "APIGW.0301").Body;
        fake.Credentials.TryRemove(AccessKey, out _);
        fake.Tell(IdentityChangeKind.AccessKey, AccessKey);
        Assert.True(await host.RefreshAsync());
        Assert.Equal(disabled, (await SendAsync(host, Signer, "GET", Poll)).Body);
        fake.Credentials[AccessKey] = key;
        fake.Tell(IdentityChangeKind.AccessKey, AccessKey);
        Assert.True(await host.RefreshAsync());
        Assert.Equal(200, (await SendAsync(host, Signer, "GET", Poll)).Status);
    }

    [Theory]
    [InlineData(false, 401)]
    [InlineData(true, 200)]
    public async Task Unsigned_payload_counts_only_where_configuration_allows(bool isAllowed, int status)
    {
        await using GatewayHost host = await StartAsync(settings: new() { ["Identity:AllowUnsignedPayload"] = isAllowed ? "true" : "false" });
        RequestSigner signer = Signer with { ContentHash = "UNSIGNED-PAYLOAD" };
        Assert.Equal(status, (await SendAsync(host, signer, "POST", ReportPath, Report)).Status);
        Assert.Equal(status, (await SendAsync(host, signer, "GET", Poll)).Status);
    }

    [Theory]
    [InlineData("SDK-HMAC-SHA256", "Authorization must be sent once")]
    [InlineData("SDK-HMAC-SHA256 Access=A, SignedHeaders=host, Signature=0000000000000000000000000000000000000000000000000000000000000000", "x-sdk-date")]
    [InlineData("SDK-HMAC-SHA256 Access=A, SignedHeaders=x-sdk-date, Signature=0000000000000000000000000000000000000000000000000000000000000000", "X-Sdk-Date is missing")]
    [InlineData("Basic dTpw", "X-Auth-Token is missing")]
    [InlineData("Bearer x", "X-Auth-Token is missing")]
    public async Task What_is_wrong_with_the_form_is_told(string authorization, string sentence)
    {
        await using GatewayHost host = await StartAsync();
        Answer answer = await host.SendAsync("GET", Poll, token: null, headers: ("Authorization", authorization));
        Assert.Contains(sentence, answer.IsVendorError(401, "APIGW.0301").Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_and_signature_together_are_refused_and_a_foreign_scheme_beside_a_token_is_passed_over()
    {
        await using GatewayHost host = await StartAsync();
        Assert.Contains("both", (await host.SendAsync("GET", Poll, headers: Signer.Sign("GET", Poll))).IsVendorError(401, "APIGW.0301").Body, StringComparison.Ordinal);
        Assert.Equal(200, (await host.SendAsync("GET", Poll, headers: ("Authorization", "Basic dTpw"))).Status);
    }

    [Fact]
    public async Task Target_is_taken_as_it_came_whatever_the_routing_makes_of_it()
    {
        await using GatewayHost host = await StartAsync();
        foreach (string target in (string[])["/v3/sources/s%31/command", "/v3/./sources/s1/command", "/v3/sources/s1/command/"])
        {
            // Python, Go and the others decode each segment and encode it again before they sign.
            string signed = target.Replace("%31", "1", StringComparison.Ordinal);
            string headers = string.Concat(Signer.Sign("GET", signed).Select(header => $"{header.Name}: {header.Value}\r\n"));
            Assert.StartsWith("HTTP/1.1 200", await SendRawAsync(host, $"GET {target} HTTP/1.1\r\nHost: x\r\n{headers}Connection: close\r\n\r\n"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Signature_survives_a_rebuilt_cache_and_the_log_never_has_a_secret()
    {
        var log = new RecordingLoggerProvider();
        await using GatewayHost host = await StartAsync(log: log);
        await SendAsync(host, Signer with { Secret = "wrong-secret-value" }, "GET", Poll);
        await host.SendAsync("GET", Poll, token: "wrong-token-value");
        Assert.Contains(log.Lines, line => line.Contains("SignatureRefused Mismatch", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.Contains("TokenUnknown", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains("value", StringComparison.Ordinal) || line.Contains(Secret, StringComparison.Ordinal));
        host.Grains.Identity.ForgetsHistory = true;
        Assert.True(await host.RefreshAsync());
        Assert.Equal(200, (await SendAsync(host, Signer, "GET", Poll)).Status);
    }

    private static Task<Answer> SendAsync(GatewayHost host, RequestSigner signer, string method, string path, string? body = null) =>
        host.SendAsync(method, path, body, token: null, headers: signer.Sign(method, path, body ?? ""));

    private static async Task<string> SendRawAsync(GatewayHost host, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host.Uri.Host, host.Uri.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        return await reader.ReadToEndAsync().WaitAsync(GatewayHost.Deadline);
    }

    private static Task<GatewayHost> StartAsync(
        Roles roles = Roles.Agent, FakeTimeProvider? clock = null, Dictionary<string, string?>? settings = null, int? perSecond = null,
        RecordingLoggerProvider? log = null) => GatewayHost.StartAsync(
        grains =>
        {
            grains.Register("s1");
            grains.Identity.AddKey(AccessKey, Secret, grains.Identity.AddPrincipal("signer", roles, perSecond: perSecond));
        },
        settings,
        services: services =>
        {
            if (clock is not null)
            {
                services.AddSingleton<TimeProvider>(clock);
            }

            if (log is not null)
            {
                services.AddSingleton<Microsoft.Extensions.Logging.ILoggerProvider>(log);
            }
        });

    private sealed class ChunkedContent(string body) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            foreach (char one in body)
            {
                await stream.WriteAsync(new[] { (byte)one });
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
