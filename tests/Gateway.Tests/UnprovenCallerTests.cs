using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Gateway.Tests;

/// <summary>Callers who have proven nothing: what they cost, and what others notice of them.</summary>
public sealed class UnprovenCallerTests
{
    private const string AccessKey = "AKTEST0000000000000A";
    private const string Secret = "sktest-secret-0000000000000000000000000000";
    private const string Poll = "/v3/sources/s1/command";
    private const string ReportPath = "/v3/sources/s1/command_result";
    private const string Report = """{"command_name":"START","result":"success","result_detail":{"msg":"done"}}""";
    private const string Tokens = "/v3/auth/tokens";

    private static readonly DateTimeOffset Start = new(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _clock = new(Start);

    [Fact]
    public async Task Address_that_failed_often_signs_in_again_after_half_a_minute()
    {
        await using GatewayHost host = await StartAsync();
        for (int number = 0; number < 100; number++)
        {
            await SignInAsync(host, "10.0.0.1", "someone" + number, "wrong");
        }

        Answer refused = await SignInAsync(host, "10.0.0.1", "ann", "right");
        Assert.Equal(429, refused.Status);
        Assert.InRange(int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 30);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(201, (await SignInAsync(host, "10.0.0.1", "ann", "right")).Status);
        Assert.Equal(201, (await SignInAsync(host, "10.0.0.1", "ann", "right")).Status);
    }

    [Fact]
    public async Task Failures_of_one_address_keep_nobody_out_elsewhere()
    {
        await using GatewayHost host = await StartAsync();
        for (int number = 0; number < 100; number++)
        {
            await SignInAsync(host, "10.0.0.1", "someone" + number, "wrong");
        }

        Assert.Equal(201, (await SignInAsync(host, "10.0.0.2", "ann", "right")).Status);
    }

    [Fact]
    public async Task User_who_signed_in_from_an_address_is_kept_out_neither_by_others_there_nor_by_guesses_elsewhere()
    {
        await using GatewayHost host = await StartAsync();
        Assert.Equal(201, (await SignInAsync(host, "10.0.0.1", "ann", "right")).Status);
        for (int number = 0; number < 50; number++)
        {
            await SignInAsync(host, "10.0.0.1", "someone" + number, "wrong");
            await SignInAsync(host, $"10.0.1.{number}", "ann", "wrong");
        }

        Assert.Equal(429, (await SignInAsync(host, "10.0.0.1", "ben", "right")).Status);
        Assert.Equal(429, (await SignInAsync(host, "10.0.2.1", "ann", "right")).Status);
        Assert.Equal(201, (await SignInAsync(host, "10.0.0.1", "ann", "right")).Status);
    }

    [Fact]
    public async Task User_who_signed_in_from_an_address_is_guessed_there_no_faster_than_elsewhere()
    {
        await using GatewayHost host = await StartAsync();
        Assert.Equal(201, (await SignInAsync(host, "10.0.0.1", "ann", "right")).Status);
        int guesses = 0;
        for (int number = 0; number < 50; number++)
        {
            guesses += (await SignInAsync(host, "10.0.0.1", "ann", "wrong")).Status == 401 ? 1 : 0;
        }

        Assert.InRange(guesses, 1, 5);
    }

    [Fact]
    public async Task User_has_one_count_however_it_is_named()
    {
        await using GatewayHost host = await StartAsync();
        string id = FakeIdentity.Id("ann");
        string[] names =
        [
            $$"""{"id":"{{id}}","password":"wrong"}""",
            $$$"""{"name":"ann","password":"wrong","domain":{"id":"{{{DefaultTenant.DomainId}}}"}}""",
            """{"name":"Ann","password":"wrong","domain":{"name":"Default"}}""",
        ];
        int guesses = 0;
        for (int number = 0; number < 30; number++)
        {
            guesses += (await SignInAsync(host, $"10.0.3.{number}", names[number % 3])).Status == 401 ? 1 : 0;
        }

        Assert.Equal(5, guesses);
    }

    [Fact]
    public async Task One_address_keeps_a_user_out_nowhere_else_and_asks_the_silos_as_seldom_as_it_may_guess()
    {
        await using GatewayHost host = await StartAsync();
        int signedInAt = -1, waitsUntil = 1, honest = 0;
        for (int second = 0; second <= 61; second++)
        {
            for (int number = 0; number < 17; number++)
            {
                await SignInAsync(host, "10.0.0.1", "ann", "wrong");
            }

            Assert.InRange(CountOf(host, "SettleUserName") - honest, 1, 5 + (second / 15));
            if (second == waitsUntil)
            {
                honest++;
                Answer answer = await SignInAsync(host, "10.0.0.2", "ann", "right");
                if (answer.Status == 201)
                {
                    signedInAt = second;
                    break;
                }

                waitsUntil += int.Parse(answer.Header("Retry-After")!, CultureInfo.InvariantCulture);
            }

            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(signedInAt, 1, 61);
    }

    [Fact]
    public async Task Made_up_ids_of_one_address_ask_the_silos_as_seldom_as_it_may_guess()
    {
        await using GatewayHost host = await StartAsync();
        for (int number = 0; number < 100; number++)
        {
            await SignInAsync(host, "10.0.0.1", $$"""{"id":"{{number:x32}}","password":"wrong"}""");
        }

        Assert.Equal((5, 5), (CountOf(host, "SettleUserName"), CountOf(host, "SignIn")));
    }

    [Fact]
    public async Task Sign_ins_take_their_turn_among_the_look_ups_of_callers_who_have_proven_nothing()
    {
        await using GatewayHost host = await StartAsync(
            settings: new() { ["Identity:MaxConcurrentLookups"] = "2", ["Identity:MaxWaitingLookups"] = "3" });
        var gate = new TaskCompletionSource();
        host.Grains.Identity.Delay = gate.Task;
        Task<Answer>[] asked = [.. Enumerable.Range(0, 6).Select(number => SignInAsync(host, $"10.0.5.{number}", $"someone{number}", "wrong"))];

        // Five have a turn or wait for it; the sixth is told to come again, and none of them keeps a silo busier than two do.
        Answer refused = await await Task.WhenAny(asked);
        Assert.Equal(503, refused.Status);
        Assert.NotNull(refused.Header("Retry-After"));
        await host.Grains.Identity.UntilAskedAsync("SettleUserName");
        Assert.InRange(CountOf(host, "SettleUserName"), 1, 2);

        gate.SetResult();
        Assert.Equal((1, 5), ((await Task.WhenAll(asked)).Count(answer => answer.Status == 503), asked.Count(task => task.Result.Status == 401)));
    }

    [Fact]
    public async Task Addresses_of_one_IPv6_network_are_one()
    {
        await using GatewayHost host = await StartAsync();
        int guesses = 0;
        for (int number = 0; number < 30; number++)
        {
            guesses += (await SignInAsync(host, $"2001:db8:1:2::{number:x}", "someone" + number, "wrong")).Status == 401 ? 1 : 0;
        }

        Assert.Equal(5, guesses);
        Assert.Equal(201, (await SignInAsync(host, "2001:db8:1:3::1", "ann", "right")).Status);
    }

    [Fact]
    public async Task Refused_sign_ins_of_one_address_are_one_row_a_minute_with_their_count()
    {
        await using GatewayHost host = await StartAsync();
        AuditQueue audit = host.Services.GetRequiredService<AuditQueue>();
        for (int second = 0; second < 10; second++)
        {
            for (int number = 0; number < 30; number++)
            {
                await SignInAsync(host, "10.0.0.1", "someone" + number, "wrong");
            }

            await audit.FlushAsync();
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(host.Grains.Identity.Audited.Count, 1, 2);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await audit.FlushAsync();
        AuditEvent[] events = [.. host.Grains.Identity.Audited];
        Assert.Equal(2, events.Length);
        Assert.All(events, one => Assert.Equal(("signin.throttled", "10.0.0.1"), (one.Action, one.Actor.RemoteAddress)));
        Assert.NotNull(events[0].RequestId);
        Assert.Contains("more", events[^1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusals_from_very_many_addresses_lose_nothing_and_fit_what_the_audit_takes()
    {
        await using GatewayHost host = await StartAsync();
        AuditQueue audit = host.Services.GetRequiredService<AuditQueue>();
        host.Grains.Identity.MaxAuditEvents = 1_000;
        Parallel.For(0, 5_000, number => audit.Note("signin.throttled", $"10.{number >> 16}.{(number >> 8) & 255}.{number & 255}", "r"));
        audit.Note("key.locked", "192.0.2.1", "r", AccessKey);
        await audit.FlushAsync();
        AuditEvent[] events = [.. host.Grains.Identity.Audited];
        Assert.InRange(events.Length, 1, 2_100);
        Assert.Contains(events, one => one is { Action: "key.locked", Subject: AccessKey });
        Assert.Contains(events, one => one.Action == "signin.throttled" && one.Actor.RemoteAddress is null && one.Detail is not null);
    }

    [Fact]
    public async Task Audit_that_could_not_be_written_is_written_later()
    {
        await using GatewayHost host = await StartAsync();
        AuditQueue audit = host.Services.GetRequiredService<AuditQueue>();
        audit.Note("key.locked", "192.0.2.1", "r", AccessKey);
        host.Grains.Identity.Failure = new Contracts.BrokerException(Contracts.BrokerErrorReason.StorageUnavailable, "Full.");
        await audit.FlushAsync();
        host.Grains.Identity.Failure = null;
        await audit.FlushAsync();
        Assert.Single(host.Grains.Identity.Audited);
    }

    [Fact]
    public async Task Tenant_sees_that_its_key_is_locked()
    {
        await using GatewayHost host = await StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        fake.AddKey("AKTENANT", Secret, fake.AddPrincipal("theirs", Roles.Agent, projectId: "p", domainId: "d"));
        var wrong = new RequestSigner("AKTENANT", "x") { Now = Start };
        for (int number = 0; number < 5; number++)
        {
            await host.SendAsync("GET", Poll, token: null, headers: wrong.Sign("GET", Poll));
        }

        await host.Services.GetRequiredService<AuditQueue>().FlushAsync();
        AuditEvent locked = Assert.Single(fake.Audited);
        Assert.Equal(("key.locked", "d", "p", "AKTENANT"), (locked.Action, locked.Actor.DomainId, locked.ProjectId, locked.Subject));
    }

    [Fact]
    public async Task Made_up_access_keys_of_one_address_are_slowed_down_and_remembered_ones_pass()
    {
        await using GatewayHost host = await StartAsync(new() { ["Identity:MaxTokenFailuresPerMinute"] = "10" });
        var right = new RequestSigner(AccessKey, Secret) { Now = Start };
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: null, headers: right.Sign("GET", Poll))).Status);
        int asked = 0;
        for (int number = 0; number < 30; number++)
        {
            var madeUp = new RequestSigner($"AKMADEUP{number:D12}", Secret) { Now = Start };
            asked += (await host.SendAsync("GET", Poll, token: null, headers: madeUp.Sign("GET", Poll))).Status == 401 ? 1 : 0;
        }

        Assert.Equal(10, asked);

        // As for a key that does not exist, so for one that does.
        Answer wrong = await host.SendAsync("GET", Poll, token: null, headers: (right with { Secret = "x" }).Sign("GET", Poll));
        wrong.IsVendorError(429, "APIGW.0308");
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: null, headers: right.Sign("GET", Poll))).Status);
        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(401, (await host.SendAsync("GET", Poll, token: null, headers: (right with { Secret = "x" }).Sign("GET", Poll))).Status);
    }

    [Fact]
    public async Task Sign_in_carries_the_request_id_to_the_audit()
    {
        await using GatewayHost host = await StartAsync();
        Answer answer = await SignInAsync(host, "10.0.0.1", "ann", "wrong");
        Assert.NotNull(answer.Header("X-Request-Id"));
        Assert.Equal(answer.Header("X-Request-Id"), host.Grains.Identity.LastSignIn!.RequestId);
    }

    [Fact]
    public async Task Token_that_is_revoked_carries_the_request_id_to_the_audit()
    {
        await using GatewayHost host = await StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        string token = fake.Issue(fake.Principals[FakeIdentity.Id("ann")]).Text;
        Answer answer = await host.SendAsync("DELETE", Tokens, token: token, headers: ("X-Subject-Token", token));
        Assert.Equal(answer.Header("X-Request-Id"), fake.RevokedBy?.RequestId);
    }

    [Theory]
    [InlineData("POST " + ReportPath, 1_000)]
    [InlineData("GET " + Poll, 1_000)]
    [InlineData("POST " + Tokens, 1_000)]
    public async Task Body_of_an_unproven_caller_that_does_not_come_is_not_waited_for_beyond_the_deadline(string line, int length)
    {
        await using GatewayHost host = await StartAsync();
        using TcpClient slow = await SendHeadAsync(host, line, length);
        await WaitForAsync(host, 1);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.StartsWith("HTTP/1.1 408", await ReadAsync(slow), StringComparison.Ordinal);
        await WaitForAsync(host, 0);
    }

    [Theory]
    [InlineData("POST " + ReportPath, 1_048_577)]
    [InlineData("GET " + Poll, 4_097)]
    [InlineData("POST " + Tokens, 16_385)]
    public async Task Body_of_an_unproven_caller_without_an_announced_length_is_refused_as_soon_as_it_is_too_long(string line, int length)
    {
        await using GatewayHost host = await StartAsync();
        using TcpClient endless = await SendHeadAsync(host, line, length: null);

        // The chunk goes on, and nothing else comes: what the gateway left unread would reset the connection.
        await SendAsync(endless, $"{length + 1:x}\r\n{new string(' ', length)}");
        Assert.StartsWith("HTTP/1.1 400", await ReadStatusAsync(endless), StringComparison.Ordinal);
        await WaitForAsync(host, 0);
    }

    [Theory]
    [InlineData("POST " + ReportPath)]
    [InlineData("GET " + Poll)]
    [InlineData("POST " + Tokens)]
    public async Task Body_of_an_unproven_caller_with_broken_chunks_is_refused_at_once(string line)
    {
        await using GatewayHost host = await StartAsync();
        using TcpClient broken = await SendHeadAsync(host, line, length: null);
        await SendAsync(broken, "none\r\n");
        Assert.StartsWith("HTTP/1.1 400", await ReadStatusAsync(broken), StringComparison.Ordinal);
        await WaitForAsync(host, 0);
    }

    [Fact]
    public async Task Body_of_a_signed_GET_is_not_longer_than_four_kibibytes()
    {
        await using GatewayHost host = await StartAsync();
        var signer = new RequestSigner(AccessKey, Secret) { Now = Start };
        string longest = new(' ', 4_096);
        Assert.Equal(200, (await host.SendAsync("GET", Poll, longest, token: null, headers: signer.Sign("GET", Poll, longest))).Status);
        (await host.SendAsync("GET", Poll, longest + " ", token: null, headers: signer.Sign("GET", Poll, longest + " "))).IsVendorError(400, "SMS.6014");
    }

    [Fact]
    public async Task Bodies_of_unproven_callers_are_bounded_in_number_and_the_oldest_makes_room()
    {
        await using GatewayHost host = await StartAsync(new() { ["Gateway:MaxUnprovenBodies"] = "2" });
        using TcpClient first = await SendHeadAsync(host, "POST " + ReportPath, 1_000);
        await WaitForAsync(host, 1);
        using TcpClient second = await SendHeadAsync(host, "POST " + ReportPath, 1_000);
        await WaitForAsync(host, 2);
        using TcpClient third = await SendHeadAsync(host, "POST " + ReportPath, 1_000);
        Assert.StartsWith("HTTP/1.1 503", await ReadAsync(first), StringComparison.Ordinal);
        await WaitForAsync(host, 2);

        // A body that is there already needs no place.
        var signer = new RequestSigner(AccessKey, Secret) { Now = Start };
        Assert.Equal(200, (await host.SendAsync("POST", ReportPath, Report, token: null, headers: signer.Sign("POST", ReportPath, Report))).Status);
    }

    [Fact]
    public async Task Bodies_of_unproven_callers_are_bounded_in_the_bytes_that_came()
    {
        await using GatewayHost host = await StartAsync(new() { ["Gateway:MaxUnprovenBodyBytes"] = "1048576" });
        using TcpClient first = await SendHeadAsync(host, "POST " + ReportPath, 900_000);
        await WaitForAsync(host, 1);
        using TcpClient second = await SendHeadAsync(host, "POST " + ReportPath, 900_000);
        await WaitForAsync(host, 2);
        await first.GetStream().WriteAsync(new byte[600_000]);
        await WaitForAsync(host, bodies => bodies.Bytes == 600_001 + 4_096);
        await second.GetStream().WriteAsync(new byte[600_000]);
        Assert.StartsWith("HTTP/1.1 503", await ReadAsync(first), StringComparison.Ordinal);
        await WaitForAsync(host, 1);
    }

    [Theory]
    [InlineData(256, 300, 1_000)]
    [InlineData(8, 20, 1_000)]
    [InlineData(256, 70, 1_048_576)]
    public async Task Address_that_opens_very_many_bodies_makes_room_for_others_itself(int maxCount, int count, int length)
    {
        await using GatewayHost host = await StartAsync(new() { ["Gateway:MaxUnprovenBodies"] = maxCount.ToString(CultureInfo.InvariantCulture) });
        var signer = new RequestSigner(AccessKey, Secret) { Now = Start };
        string headers = string.Concat(signer.Sign("POST", ReportPath, Report).Select(header => $"{header.Name}: {header.Value}\r\n"));
        using TcpClient honest = await ConnectAsync(host);
        await SendAsync(honest, $"POST {ReportPath} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-For: 10.0.0.2\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {Report.Length}\r\n{headers}\r\n{Report[..10]}");
        await WaitForAsync(host, 1);
        List<TcpClient> others = [];
        for (int number = 0; number < count; number++)
        {
            others.Add(await SendHeadAsync(host, "POST " + ReportPath, length, "10.0.0.1"));
        }

        await WaitForAsync(host, Math.Min(maxCount, count + 1));
        Task<string>[] answers = [.. others.Select(ReadAsync)];
        while (answers.Count(answer => answer.IsCompleted) < count + 1 - maxCount)
        {
            Assert.StartsWith("HTTP/1.1 503", await await Task.WhenAny(answers.Where(answer => !answer.IsCompleted)), StringComparison.Ordinal);
        }

        await SendAsync(honest, Report[10..]);
        Assert.StartsWith("HTTP/1.1 200", await ReadAsync(honest), StringComparison.Ordinal);
        others.ForEach(other => other.Dispose());
    }

    [Fact]
    public async Task Whole_bodies_are_bounded_while_their_callers_are_looked_up_and_one_address_has_a_quarter()
    {
        await using GatewayHost host = await StartAsync(new() { ["Gateway:MaxUnprovenBodyBytes"] = "65536" });
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Grains.Identity.Delay = answer.Task;
        Task<Answer> first = ReportLongAsync(host, "10.0.0.1", 1);
        await UntilAskedAsync(host, 1);

        (await ReportLongAsync(host, "10.0.0.1", 2)).IsVendorError(503, "SMS.6301");
        Task<Answer> other = ReportLongAsync(host, "10.0.0.2", 3);
        await UntilAskedAsync(host, 2);

        answer.SetResult();
        (await first).IsVendorError(401, "APIGW.0301");
        (await other).IsVendorError(401, "APIGW.0301");
        (await ReportLongAsync(host, "10.0.0.1", 4)).IsVendorError(401, "APIGW.0301");
    }

    private static Task<Answer> ReportLongAsync(GatewayHost host, string address, int key)
    {
        string body = Report + new string(' ', 10_000);
        var signer = new RequestSigner($"AKMADEUP{key:D12}", Secret) { Now = Start };
        return host.SendAsync("POST", ReportPath, body, token: null, headers: [.. signer.Sign("POST", ReportPath, body), ("X-Forwarded-For", address)]);
    }

    private static async Task UntilAskedAsync(GatewayHost host, int count)
    {
        using var limit = new CancellationTokenSource(GatewayHost.Deadline);
        while (host.Grains.Identity.Calls.Count(call => call.StartsWith("FindAccessKey", StringComparison.Ordinal)) < count)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static Task WaitForAsync(GatewayHost host, int count) => WaitForAsync(host, bodies => bodies.Count == count);

    private static async Task WaitForAsync(GatewayHost host, Func<UnprovenBodies, bool> isReached)
    {
        UnprovenBodies bodies = host.Services.GetRequiredService<UnprovenBodies>();
        using var limit = new CancellationTokenSource(GatewayHost.Deadline);
        while (!isReached(bodies))
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static int CountOf(GatewayHost host, string call) => host.Grains.Identity.Calls.Count(made => made == call);

    private static async Task<TcpClient> SendHeadAsync(GatewayHost host, string line, int? length, string address = "10.0.0.1")
    {
        TcpClient client = await ConnectAsync(host);
        string date = Start.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string framing = length is null ? "Transfer-Encoding: chunked" : $"Content-Length: {length}";
        string head = $"{line} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{framing}\r\nX-Sdk-Date: {date}\r\nX-Forwarded-For: {address}\r\n"
            + (line.EndsWith(Tokens, StringComparison.Ordinal) ? "" : $"Authorization: SDK-HMAC-SHA256 Access=AKMADEUP, SignedHeaders=x-sdk-date, Signature={new string('0', 64)}\r\n");
        await SendAsync(client, head + "\r\n" + (length is null ? "" : "{"));
        return client;
    }

    private static async Task<TcpClient> ConnectAsync(GatewayHost host)
    {
        var client = new TcpClient();
        await client.ConnectAsync(host.Uri.Host, host.Uri.Port);
        return client;
    }

    private static async Task SendAsync(TcpClient client, string text) => await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));

    private static async Task<string> ReadAsync(TcpClient client)
    {
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        return await reader.ReadToEndAsync().WaitAsync(GatewayHost.Deadline);
    }

    private static async Task<string?> ReadStatusAsync(TcpClient client)
    {
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        return await reader.ReadLineAsync().WaitAsync(GatewayHost.Deadline);
    }

    private static Task<Answer> SignInAsync(GatewayHost host, string address, string name, string password) =>
        SignInAsync(host, address, $$$"""{"name":"{{{name}}}","password":"{{{password}}}","domain":{"name":"default"}}""");

    private static Task<Answer> SignInAsync(GatewayHost host, string address, string user) => host.SendAsync(
        "POST", Tokens, """{"auth":{"identity":{"methods":["password"],"password":{"user":""" + user + "}}}}", token: null, headers: ("X-Forwarded-For", address));

    private Task<GatewayHost> StartAsync(Dictionary<string, string?>? settings = null) => GatewayHost.StartAsync(
        grains =>
        {
            grains.Register("s1");
            grains.Identity.Clock = _clock;
            grains.Identity.AddKey(AccessKey, Secret, grains.Identity.AddPrincipal("signer", Roles.Agent));
            grains.Identity.AddPrincipal("ann", Roles.Agent, password: "right");
            grains.Identity.AddPrincipal("ben", Roles.Agent, password: "right");
        },
        new(settings ?? [])
        {
            ["Gateway:TrustedProxies"] = IPAddress.Loopback.ToString(),
            ["Gateway:BodyGracePeriod"] = "00:10:00",
            ["Identity:MaxStaleness"] = "01:00:00",
        },
        services: services => services.AddSingleton<TimeProvider>(_clock));
}
