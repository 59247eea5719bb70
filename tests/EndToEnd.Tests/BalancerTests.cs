using System.Diagnostics;
using System.Globalization;
using System.Net;
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
        Assert.Equal(
            ["x-forwarded-for: 127.0.0.1", "x-forwarded-proto: http"],
            came.Where(line => line.StartsWith("x-forwarded", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal));
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

        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
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
        (Task<string>[] waiting, string refusal) = await FillAsync(balancer, "s-1");
        Assert.InRange(RetryAfterOf(refusal), 15, 21);
        Assert.Contains("\r\nconnection: close", refusal, StringComparison.OrdinalIgnoreCase);

        // The book has a turn for each, at two thirds of 4 a second, and ends: who finds it full gets any of its turns.
        var told = new List<int>();
        foreach (int[] some in Enumerable.Range(0, 600).Chunk(200))
        {
            told.AddRange((await Task.WhenAll(some.Select(_ => AskAsync(balancer, Poll("s-1"))))).Select(RetryAfterOf));
        }

        Assert.All(told, seconds => Assert.InRange(seconds, 15, 121));
        Assert.True(told[..200].Max() > 21);
        Assert.True(told.Max() > 100);

        // What a report or a management tool says is not refused, nor is a poll of another share: they are handed on. One with a small body is a poll like any other.
        Assert.InRange(RetryAfterOf(await AskAsync(balancer, "GET /v3/sources/s-1/command/ HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")), 15, 121);
        int held = gateway.Requests.Count;
        Task<string>[] others = [
            AskAsync(balancer, "POST /v3/sources/s-1/command_result HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"),
            AskAsync(balancer, "GET /api/v1/sources/s-1/commands HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
            AskAsync(balancer, Poll("s-2"))];
        await CameAsync(held + others.Length, gateway);
        release.SetResult();
        Assert.All([.. await Task.WhenAll([.. waiting, .. others]), await AskAsync(balancer, Poll("s-1"))], IsServed);
    }

    [HAProxyFact]
    public async Task Where_one_gateway_answers_nothing_only_those_it_would_have_to_serve_are_told_to_come_again()
    {
        var release = new TaskCompletionSource();
        await using var silent = new StubGateway(Done, release.Task);
        await using var good = new StubGateway(Done);
        await using Balancer balancer = await Balancer.StartAsync(_directory, silent.Port, good.Port);
        await balancer.KnowsAsync(2);
        string[] servers = [.. Enumerable.Range(0, 64).Select(number => $"s-{number}")];
        Task<string>[] first = [.. servers.Select(server => AskAsync(balancer, Poll(server)))];
        await CameAsync(servers.Length, silent, good);
        string[] served = [.. servers.Where(server => good.Requests.Any(request => request.Contains($"/{server}/", StringComparison.Ordinal)))];
        Assert.InRange(served.Length, 16, 48);
        string refused = servers.Except(served).First();
        (Task<string>[] waiting, string refusal) = await FillAsync(balancer, refused);
        Assert.InRange(RetryAfterOf(refusal), 15, 21);

        for (int round = 0; round < 5; round++)
        {
            Assert.All(await Task.WhenAll(served.Select(server => AskAsync(balancer, Poll(server)))), IsServed);
        }

        release.SetResult();
        Assert.All(await Task.WhenAll([.. first, .. waiting]), IsServed);
    }

    [HAProxyFact]
    public async Task Polls_whose_bodies_do_not_come_keep_nobody_from_being_served()
    {
        await using var gateway = new StubGateway(Done);
        await using Balancer balancer = await Balancer.StartAsync(_directory, gateway.Port);
        const string Half = "GET /v3/sources/s-1/command HTTP/1.1\r\nHost: x\r\n";
        Task<string>[] halves = [.. Enumerable.Range(0, 20).Select(number => AskAsync(balancer, Half + (number % 2 == 0 ? "Content-Length: 10\r\n\r\n" : "Transfer-Encoding: chunked\r\n\r\n")))];

        // Longer than a burst has. No gateway hears of them, and they are told in the end.
        int served = 0;
        while (!halves.All(half => half.IsCompleted))
        {
            IsServed(await AskAsync(balancer, Poll("s-1")));
            served++;
            await Task.Delay(1000);
        }

        Assert.Equal(served, gateway.Requests.Count);
        Assert.All(await Task.WhenAll(halves), IsTooLate);
    }

    [HAProxyFact]
    public async Task Polls_that_are_refused_and_whose_answers_nobody_reads_keep_nobody_from_being_served()
    {
        // Longer than a gateway's own: so a connection's buffers are soon full.
        string refused = $"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: 8192\r\nConnection: close\r\n\r\n{new string(' ', 8192)}";
        await using var gateway = new StubGateway(refused);
        await using Balancer balancer = await Balancer.StartAsync(_directory, gateway.Port);
        var deaf = new List<TcpClient>();
        for (int number = 0; number < 16; number++)
        {
            var client = new TcpClient { ReceiveBufferSize = 1 };
            deaf.Add(client);
            await client.ConnectAsync("127.0.0.1", balancer.Port);
            await SendAsync(client, string.Concat(Enumerable.Repeat("GET /v3/sources/s-1/command HTTP/1.1\r\nHost: x\r\n\r\n", 2_000)));
        }

        // Longer than a burst has.
        for (int round = 0; round < 10; round++)
        {
            Assert.StartsWith("HTTP/1.1 401 ", await AskAsync(balancer, Poll("s-1")), StringComparison.Ordinal);
            await Task.Delay(1000);
        }

        deaf.ForEach(client => client.Dispose());
    }

    [HAProxyFact]
    public async Task A_poll_that_is_refused_ends_its_connection_and_no_other_request_does()
    {
        await using var refusing = new StubGateway("HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
        await using var serving = new StubGateway(Done);
        await using Balancer closed = await Balancer.StartAsync(_directory, refusing.Port);
        await using Balancer kept = await Balancer.StartAsync(_directory, serving.Port);
        const string TwoPolls = "GET /v3/sources/s-1/command HTTP/1.1\r\nHost: x\r\n\r\nGET /v3/sources/s-1/command HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

        Assert.Equal(1, AnswersIn(await AskAsync(closed, TwoPolls)));
        Assert.Equal(2, AnswersIn(await AskAsync(kept, TwoPolls)));
        Assert.Equal(2, AnswersIn(await AskAsync(closed, TwoPolls.Replace("/command", "/history", StringComparison.Ordinal))));
    }

    private static int AnswersIn(string read) => read.Split("HTTP/1.1 ").Length - 1;

    [HAProxyFact]
    public async Task Bodies_that_never_end_leave_places_for_all_that_came_whole()
    {
        var release = new TaskCompletionSource();
        await using var gateway = new StubGateway(Done, release.Task, head => head.StartsWith("POST ", StringComparison.Ordinal));
        await using Balancer balancer = await Balancer.StartAsync(_directory, gateway.Port);
        string[] halves = [
            "POST /api/v1/commands HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n",
            "POST /api/v1/commands/ HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n",
            "POST /api/v1/commands HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
            "POST /api/v1/commands/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
            $"POST /v3/sources/s-1/command_result HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n{new string('x', 65_536)}",
            $"POST /v3/sources/s-1/command_result HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n30000\r\n{new string('x', 65_536)}"];

        // More than a gateway has places, of many addresses, and of each more than one address may have.
        var clients = new List<TcpClient>();
        foreach (string half in halves)
        {
            for (int number = 0; number < 400; number++)
            {
                var client = new TcpClient(new IPEndPoint(new IPAddress([127, 0, 1, (byte)(number % 64)]), 0));
                clients.Add(client);
                await client.ConnectAsync("127.0.0.1", balancer.Port);
                await SendAsync(client, half);
            }

            IsServed(await AskAsync(balancer, Poll("s-1")));
            IsServed(await AskAsync(balancer, Poll("s-2")));
        }

        Assert.InRange(gateway.Requests.Count(request => request.StartsWith("POST ", StringComparison.Ordinal)), 32, 512);
        release.SetResult();
        clients.ForEach(client => client.Dispose());
    }

    [HAProxyFact]
    public async Task A_further_body_that_may_never_end_is_told_to_come_again_and_one_that_came_whole_is_not()
    {
        var release = new TaskCompletionSource();
        await using var gateway = new StubGateway(Done, release.Task);
        await using Balancer balancer = await Balancer.StartAsync(_directory, [("BALANCER_MAX_BODIES", "1")], gateway.Port);
        const string Stream = "POST /api/v1/commands HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{}\r\n";
        using TcpClient first = await SentAsync(balancer, Stream);
        await CameAsync(1, gateway);

        Assert.InRange(RetryAfterOf(await AskAsync(balancer, Stream)), 5, 10);
        const string Whole = "POST /v3/sources/s-1/command_result HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
        string chunks = string.Concat(Enumerable.Repeat("1\r\nx\r\n", 16_000));
        Task<string>[] whole = [
            AskAsync(balancer, $"{Whole}Content-Length: 30000\r\n\r\n{new string('x', 30_000)}"),
            AskAsync(balancer, $"{Whole}Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n"),
            AskAsync(balancer, "POST /api/v1/commands HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")];
        await CameAsync(1 + whole.Length, gateway);
        release.SetResult();
        Assert.All(await Task.WhenAll(whole), IsServed);
        IsServed(await BeginOfAnswerAsync(first));

        // Its place is free when it has gone.
        first.Dispose();
        string answer;
        do
        {
            using TcpClient next = await SentAsync(balancer, Stream);
            answer = await BeginOfAnswerAsync(next);
        }
        while (answer.StartsWith("HTTP/1.1 503 ", StringComparison.Ordinal));

        IsServed(answer);
    }

    private static async Task<TcpClient> SentAsync(Balancer balancer, string request)
    {
        var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", balancer.Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request));
        return client;
    }

    // HAProxy may keep a connection whose request has not come whole.
    private static async Task<string> BeginOfAnswerAsync(TcpClient client)
    {
        byte[] answer = new byte[16];
        await client.GetStream().ReadExactlyAsync(answer);
        return Encoding.Latin1.GetString(answer);
    }

    // What HAProxy refuses it may close before all has been sent.
    private static async Task SendAsync(TcpClient client, string request)
    {
        try
        {
            await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request));
        }
        catch (IOException)
        {
        }
    }

    private static async Task CameAsync(int requests, params StubGateway[] gateways)
    {
        while (gateways.Sum(gateway => gateway.Requests.Count) < requests)
        {
            await Task.Delay(20);
        }
    }

    // As many polls of one source server as may wait however long, and then one after another until one is refused, which none is for three seconds.
    private static async Task<(Task<string>[] Waiting, string Refusal)> FillAsync(Balancer balancer, string server)
    {
        long began = Stopwatch.GetTimestamp();
        Task<string>[] waiting = [.. Enumerable.Range(0, 7).Select(_ => AskAsync(balancer, Poll(server)))];
        var more = new List<Task<string>>();
        while (!more.Any(poll => poll.IsCompleted))
        {
            more.Add(AskAsync(balancer, Poll(server)));
            await Task.Delay(100);
        }

        Assert.True(Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(3));
        Assert.All(waiting, poll => Assert.False(poll.IsCompleted));
        return (waiting, await await Task.WhenAny(more));
    }

    private static void IsTooLate(string answer)
    {
        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"error_code\":\"SMS.6013\"", answer, StringComparison.Ordinal);
    }

    private static void IsServed(string answer) => Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);

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
