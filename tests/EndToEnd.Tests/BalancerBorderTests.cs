using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>What <c>deploy/haproxy.cfg</c> lets in, what it says by itself, and what it writes down.</summary>
public sealed class BalancerBorderTests : IDisposable
{
    private const string Done = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Request-Id: its-own-id\r\nConnection: close\r\n\r\n{}";
    private const string Delivered = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Command-Id: 7\r\nX-Request-Id: its-own-id\r\nConnection: close\r\n\r\n{}";

    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-border-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [HAProxyFact]
    public async Task A_clients_own_word_on_its_address_and_scheme_is_replaced()
    {
        await using var gateway = new StubGateway(Done);
        await using Balancer balancer = await Balancer.StartAsync(_directory, gateway.Port);

        await AskAsync(balancer, "GET /v3 HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.7\r\nx-forwarded-for: 203.0.113.8\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n");

        Assert.Equal(
            ["x-forwarded-for: 127.0.0.1", "x-forwarded-proto: http"],
            Assert.Single(gateway.Requests).Split("\r\n").Where(line => line.StartsWith("x-forwarded", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal));
    }

    [HAProxyFact]
    public async Task Health_is_told_to_nobody_outside_however_its_path_is_spelled()
    {
        await using var gateway = new StubGateway(Done);
        await using Balancer balancer = await Balancer.StartAsync(_directory, gateway.Port);
        string[] spellings = [
            "/readyz", "/livez", "/ReadyZ", "/LIVEZ", "/readyz/", "/readyz?x=1", "/%72eadyz", "/%4Civez", "//readyz", "/./readyz", "/v3/../livez", "/v3/%2e%2E/readyz", "http://x/readyz",
            "/readyz/.", "/readyz/%2e", "/livez/x/..", "/readyz/x/%2e%2E", "/readyz/x/../", "/v3/sources/s1/command/."];

        foreach (string spelling in spellings)
        {
            string answer = await AskAsync(balancer, $"GET {spelling} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
            Assert.Equal("APIGW.0101", BodyOf(answer).GetProperty("error_code").GetString());
        }

        Assert.Empty(gateway.Requests);
        await AskAsync(balancer, "GET /v3/sources/readyz/command HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        await AskAsync(balancer, "GET /v3/sources/readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.Equal(2, gateway.Requests.Count);
    }

    [HAProxyFact]
    public async Task A_path_that_cannot_be_decoded_reaches_no_gateway()
    {
        await using var gateway = new StubGateway(Done);
        await using Balancer balancer = await Balancer.StartAsync(_directory, gateway.Port);

        foreach (string path in (string[])[
            "/%zz/../readyz", "/%/../v3/sources/s1/command", "/v3/sources/s1/command%", "/v3/sources/%4/command", "/v3/sources/%00/command", "/v3/sources/s1/command%00"])
        {
            string answer = await AskAsync(balancer, $"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
            Assert.Equal("SMS.9001", BodyOf(answer).GetProperty("error_code").GetString());
        }

        Assert.Empty(gateway.Requests);
    }

    [HAProxyFact]
    public async Task A_body_that_turns_out_not_to_be_framed_as_HTTP_demands_is_refused_in_the_APIs_shape()
    {
        var answering = new TaskCompletionSource();
        await using var gateway = new StubGateway(Done, answering.Task);
        await using Balancer balancer = await Balancer.StartAsync(_directory, gateway.Port);
        using var stream = new TcpClient();
        await stream.ConnectAsync(IPAddress.Loopback, balancer.Port);
        await stream.GetStream().WriteAsync("POST /api/v1/commands HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{}\r\n"u8.ToArray());
        while (gateway.Requests.IsEmpty)
        {
            await Task.Yield();
        }

        await stream.GetStream().WriteAsync("ZZ\r\n"u8.ToArray());
        using var reader = new StreamReader(stream.GetStream(), Encoding.Latin1);

        IsOfTheApi(await reader.ReadToEndAsync(), 400, "SMS.6013");
        answering.SetResult();
    }

    [HAProxyFact]
    public async Task What_a_gateways_web_server_refuses_without_a_body_gets_one()
    {
        foreach ((int status, string code) in ((int, string)[])[(400, "SMS.9001"), (408, "SMS.6013"), (414, "SMS.9001"), (431, "SMS.9001")])
        {
            await using var gateway = new StubGateway($"HTTP/1.1 {status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            await using Balancer balancer = await Balancer.StartAsync(_directory, gateway.Port);

            IsOfTheApi(await AskAsync(balancer, "GET /v3/sources/s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), status, code);
        }
    }

    [HAProxyFact]
    public async Task What_a_gateway_refuses_with_a_body_of_its_own_passes_as_it_is()
    {
        const string Own = """{"error_code":"SMS.6012","error_msg":"The body is empty."}""";
        await using var gateway = new StubGateway(
            $"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nX-Request-Id: its-own-id\r\nContent-Length: {Own.Length}\r\nConnection: close\r\n\r\n{Own}");
        await using Balancer balancer = await Balancer.StartAsync(_directory, gateway.Port);

        string answer = await AskAsync(balancer, "GET /v3/sources/s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.EndsWith(Own, answer, StringComparison.Ordinal);
        Assert.Contains("its-own-id", answer, StringComparison.Ordinal);
    }

    [HAProxyFact]
    public async Task What_a_real_gateway_takes_no_more_of_is_refused_in_the_APIs_shape()
    {
        await using BrokerProcess broker = await new BrokerProcess(Path.Combine(_directory, "data")).StartAsync();
        await using Balancer balancer = await Balancer.StartAsync(_directory, new Uri(broker.Address).Port);

        IsOfTheApi(await AskAsync(balancer, $"GET /v3 HTTP/1.1\r\nHost: x\r\nX-Long: {new string('a', 40_000)}\r\nConnection: close\r\n\r\n"), 431, "SMS.9001");
        IsOfTheApi(await AskAsync(balancer, $"GET /v3?{new string('a', 9_000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), 414, "SMS.9001");
    }

    [HAProxyFact]
    public async Task A_gateway_that_dies_or_is_not_there_is_answered_for_with_when_to_come_again()
    {
        await using var dying = new StubGateway(answer: null);
        await using Balancer balancer = await Balancer.StartAsync(_directory, dying.Port);
        string died = await AskAsync(balancer, "GET /v3/sources/s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        await dying.DisposeAsync();
        string gone = await AskAsync(balancer, "GET /v3/sources/s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.All([died, gone], answer =>
        {
            IsOfTheApi(answer, 503, "SMS.6301");
            Assert.Matches("(?im)^retry-after: [0-9]+\r$", answer);
        });
    }

    [HAProxyFact]
    public async Task A_small_body_comes_whole_before_a_gateway_hears_of_it_and_a_stream_as_it_is_made()
    {
        await using var gateway = new StubGateway(Done);
        await using Balancer balancer = await Balancer.StartAsync(_directory, gateway.Port);
        using var report = new TcpClient();
        await report.ConnectAsync(IPAddress.Loopback, balancer.Port);
        await report.GetStream().WriteAsync("POST /v3/sources/s/command_result HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nConnection: close\r\n\r\n12345"u8.ToArray());

        using var stream = new TcpClient();
        await stream.ConnectAsync(IPAddress.Loopback, balancer.Port);
        await stream.GetStream().WriteAsync("POST /api/v1/commands HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{}\r\n"u8.ToArray());
        byte[] answer = new byte[12];
        await stream.GetStream().ReadExactlyAsync(answer);

        Assert.Equal("HTTP/1.1 200", Encoding.Latin1.GetString(answer));
        Assert.StartsWith("POST /api/v1/commands ", Assert.Single(gateway.Requests), StringComparison.Ordinal);
        await report.GetStream().WriteAsync("67890"u8.ToArray());
        using var reader = new StreamReader(report.GetStream(), Encoding.Latin1);
        Assert.StartsWith("HTTP/1.1 200 ", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [HAProxyFact]
    public async Task One_address_has_so_many_connections_and_another_its_own()
    {
        await using var gateway = new StubGateway(Done);
        await using Balancer balancer = await Balancer.StartAsync(_directory, [("BALANCER_MAX_PER_ADDRESS", "3")], gateway.Port);
        TcpClient[] open = [new(), new(), new()];
        foreach (TcpClient client in open)
        {
            // What is answered was accepted and counts.
            await client.ConnectAsync(IPAddress.Loopback, balancer.Port);
            await client.GetStream().WriteAsync("GET /v3 HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
            await client.GetStream().ReadExactlyAsync(new byte[12]);
        }

        const string Request = "GET /v3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        Assert.Equal("", await AskAsync(balancer, Request));
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(balancer, Request, IPAddress.Parse("127.0.0.2")), StringComparison.Ordinal);

        Array.ForEach(open, client => client.Dispose());
        string answer;
        while ((answer = await AskAsync(balancer, Request)).Length == 0)
        {
            await Task.Yield();
        }

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
    }

    [HAProxyFact]
    public async Task Who_read_what_is_written_down_without_any_secret()
    {
        await using var gateway = new StubGateway(Delivered);
        await using Balancer balancer = await Balancer.StartAsync(_directory, gateway.Port);

        await AskAsync(balancer, "GET /v3/sources/s-1/command?secret=in-the-query HTTP/1.1\r\nHost: x\r\nX-Auth-Token: secret-token\r\nConnection: close\r\n\r\n");
        await AskAsync(
            balancer,
            "GET /v3/sources/s-2/command HTTP/1.1\r\nHost: x\r\nAuthorization: SDK-HMAC-SHA256 Access=ABCDEF0123456789, SignedHeaders=x-sdk-date, Signature=secret-signature\r\nConnection: close\r\n\r\n");
        await AskAsync(balancer, "GET /v3/sources/s-3/history HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a=secret-bearer,b\r\nConnection: close\r\n\r\n");

        Assert.Matches(@"^127\.0\.0\.1 - \[.+\] GET /v3/sources/s-1/command 200 \d+ [\d/]+ -{2,4} gateway-1 its-own-id$", await balancer.LoggedAsync("/s-1/"));
        Assert.Matches(@"^127\.0\.0\.1 ABCDEF0123456789 \[.+\] GET /v3/sources/s-2/command 200 ", await balancer.LoggedAsync("/s-2/"));
        Assert.Matches(@"^127\.0\.0\.1 - \[.+\] GET /v3/sources/s-3/history 200 ", await balancer.LoggedAsync("/s-3/"));
        Assert.DoesNotContain(balancer.Log, line => line.Contains("secret", StringComparison.Ordinal));
    }

    [HAProxyFact]
    public async Task A_poll_that_found_nothing_is_not_written_down()
    {
        await using var gateway = new StubGateway(Done);
        await using Balancer balancer = await Balancer.StartAsync(_directory, gateway.Port);

        await AskAsync(balancer, "GET /v3/sources/idle/command HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        await AskAsync(balancer, "GET /v3/sources/idle HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        await balancer.LoggedAsync(" /v3/sources/idle 200 ");
        Assert.DoesNotContain(balancer.Log, line => line.Contains("/idle/command", StringComparison.Ordinal));
    }

    private static void IsOfTheApi(string answer, int status, string code)
    {
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Matches("(?im)^content-type: application/json\r$", answer);
        Assert.Matches("(?im)^x-request-id: .+\r$", answer);
        Assert.Matches("(?im)^cache-control: no-store\r$", answer);
        Assert.Equal(["error_code", "error_msg"], BodyOf(answer).EnumerateObject().Select(member => member.Name));
        Assert.Equal(code, BodyOf(answer).GetProperty("error_code").GetString());
    }

    private static JsonElement BodyOf(string answer) => JsonElement.Parse(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);

    private static async Task<string> AskAsync(Balancer balancer, string request, IPAddress? from = null)
    {
        using var client = new TcpClient(new IPEndPoint(from ?? IPAddress.Loopback, 0));
        try
        {
            await client.ConnectAsync("127.0.0.1", balancer.Port);
            await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request));
            using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
            return await reader.ReadToEndAsync();
        }
        catch (Exception closed) when (closed is IOException or SocketException)
        {
            // It was closed at once.
            return "";
        }
    }
}
