using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>What <c>deploy/haproxy.cfg</c> does to requests on their way to a gateway.</summary>
public sealed class BalancerTests : IDisposable
{
    private const string Done = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";

    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-balancer-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [HAProxyFact]
    public async Task What_a_signature_covers_passes_byte_for_byte_and_so_do_32_KiB_of_headers()
    {
        await using var gateway = new StubGateway(Done);
        await using Balancer balancer = await Balancer.StartAsync(_directory, gateway.Port);
        const string Line = "GET /v3/sources/a%2Db/command?x=%41+b HTTP/1.1";
        string token = new('t', 16_384), more = new('m', 15_000);

        string answer = await AskAsync(balancer, $"{Line}\r\nHost: Broker.Example:8080\r\nUser-Agent: huaweicloud-usdk-python/3.0\r\nX-Auth-Token: {token}\r\nX-More: {more}\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        string[] came = Assert.Single(gateway.Requests).Split("\r\n");
        Assert.Equal(Line, came[0]);
        Assert.Contains("host: Broker.Example:8080", came);
        Assert.Contains("user-agent: huaweicloud-usdk-python/3.0", came);
        Assert.Contains($"x-auth-token: {token}", came);
        Assert.Contains($"x-more: {more}", came);
        Assert.DoesNotContain(came, line => line.StartsWith("x-forwarded", StringComparison.OrdinalIgnoreCase));
    }

    [HAProxyFact]
    public async Task A_poll_whose_gateway_died_is_not_sent_to_another_and_its_agent_is_told_to_come_again()
    {
        await using var first = new StubGateway(answer: null);
        await using var second = new StubGateway(answer: null);
        await using Balancer balancer = await Balancer.StartAsync(_directory, first.Port, second.Port);

        string answer = await AskAsync(balancer, "GET /v3/sources/s-1/command HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 503 ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nretry-after: ", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\r\ncontent-type: application/json", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\"error_code\":\"SMS.6301\"", answer, StringComparison.Ordinal);
        Assert.Equal(1, first.Requests.Count + second.Requests.Count);
    }

    [HAProxyFact]
    public async Task Nor_is_one_on_a_connection_that_was_kept_open_whose_end_tells_the_agent_to_ask_again()
    {
        await using var first = new StubGateway(answer: null);
        await using var second = new StubGateway(answer: null);
        await using Balancer balancer = await Balancer.StartAsync(_directory, first.Port, second.Port);

        string answer = await AskAsync(balancer, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\nGET /v3/sources/s-1/command HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Equal(1, answer.Split("HTTP/1.1 ").Length - 1);
        Assert.Equal(1, first.Requests.Count + second.Requests.Count);
    }

    [HAProxyFact]
    public async Task Requests_for_one_source_server_go_to_one_gateway_and_to_the_other_when_it_is_gone()
    {
        await using var first = new StubGateway(Done);
        await using var second = new StubGateway(Done);
        await using Balancer balancer = await Balancer.StartAsync(_directory, first.Port, second.Port);
        string[] paths = ["/v3/sources/s-1/command", "/v1/sms/sources/s-1/command_result", "/api/v1/sources/s-1/commands"];
        foreach (string path in paths)
        {
            await AskAsync(balancer, $"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        }

        (StubGateway chosen, StubGateway other) = first.Requests.IsEmpty ? (second, first) : (first, second);
        Assert.Equal((paths.Length, 0), (chosen.Requests.Count, other.Requests.Count));
        await chosen.DisposeAsync();

        string answer = await AskAsync(balancer, $"GET {paths[0]} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Single(other.Requests);
    }

    [HAProxyFact]
    public async Task A_fleet_too_large_to_be_answered_in_time_is_told_when_to_come_each_after_the_other()
    {
        var release = new TaskCompletionSource();
        await using var gateway = new StubGateway(Done, release.Task);
        await using Balancer balancer = await Balancer.StartAsync(_directory, gateway.Port);

        // A thousand are handed to the gateway, and behind them wait just as many as it takes: none of these is refused, however long they are in coming.
        Task<string>[] fleet = [.. Enumerable.Range(0, 5_000).Select(agent => AskAsync(balancer, Poll($"s-{agent}")))];
        await balancer.HoldsAsync(4_000);

        // Nor is who comes within three seconds.
        var late = new List<Task<string>>();
        do
        {
            late.Add(AskAsync(balancer, Poll($"late-{late.Count}")));
            await Task.WhenAny(late[^1], Task.Delay(100));
        }
        while (!late[^1].IsCompleted);
        Assert.InRange(RetryAfterOf(await late[^1]), 5, 10);

        // Four thousand turns are six seconds of the book, at two thirds of a thousand a second: some of them are told more than the first one could be.
        var told = new List<string>();
        foreach (int[] some in Enumerable.Range(0, 4_000).Chunk(500))
        {
            told.AddRange(await Task.WhenAll(some.Select(agent => AskAsync(balancer, Poll($"told-{agent}")))));
        }

        Assert.All(told, answer => Assert.Contains("\r\nconnection: close", answer, StringComparison.OrdinalIgnoreCase));
        Assert.InRange(told.Max(RetryAfterOf), 11, 16);

        // What a report tells is not refused.
        Task<string> report = AskAsync(balancer, "POST /v3/sources/s-1/command_result HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
        await Task.WhenAny(report, Task.Delay(100));
        Assert.False(report.IsCompleted);

        release.SetResult();
        Assert.All([.. await Task.WhenAll(fleet), await report, await AskAsync(balancer, Poll("s-1"))], answer => Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal));
    }

    private static string Poll(string server) => $"GET /v3/sources/{server}/command HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    private static int RetryAfterOf(string answer)
    {
        Assert.StartsWith("HTTP/1.1 503 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"error_code\":\"SMS.6301\"", answer, StringComparison.Ordinal);
        return int.Parse(Regex.Match(answer, "^retry-after: ([0-9]+)\r$", RegexOptions.IgnoreCase | RegexOptions.Multiline).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static async Task<string> AskAsync(Balancer balancer, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", balancer.Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }
}
