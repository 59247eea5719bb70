using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using CommandBroker.Contracts;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class BatchTests
{
    private static readonly Dictionary<string, string?> Small = new()
    {
        ["Gateway:BatchWindowLines"] = "4", ["Gateway:BatchConcurrency"] = "2", ["Gateway:MaxBodyBytes"] = "1024",
    };

    [Fact]
    public async Task Every_line_is_answered_in_order_and_broken_ones_stop_nothing()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains =>
            {
                grains.Register("s1").Enqueue = call => new EnqueueReply { Seq = long.Parse(call.IdempotencyKey!, null) };
                grains.Register("s2").Failure = new BrokerException(BrokerErrorReason.StorageUnavailable, "Full.");
            },
            Small);
        string[] lines =
        [
            """{"server_id":"s1","command_name":"START","idempotency_key":"11"}""",
            "{broken",
            "",
            """{"server_id":"s2","command_name":"START"}""",
            """{"server_id":"made-up","command_name":"START"}""",
            """{"command_name":"START"}""",
            $$"""{"server_id":"s1","command_name":"{{new string('n', 3_000)}}"}""",
            """{"server_id":"s1","command_name":"STOP","idempotency_key":"12"}""" + "\r",
            """{"server_id":"s1"}""",
            """{"server_id":"s1","command_name":"SYNC","idempotency_key":"13","priority":7}""",
        ];
        Answer answer = await host.OperateAsync("POST", "/api/v1/commands", string.Join('\n', lines));
        Assert.Equal((200, "application/x-ndjson"), (answer.Status, answer.ContentHeaders.ContentType?.ToString()));
        string[] answers = [.. answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Describe)];
        Assert.Equal(
            [
                "1 s1 11", "2 - invalid_argument", "4 s2 storage_unavailable", "5 made-up unknown_source_server", "6 - invalid_argument",
                "7 - invalid_argument", "8 s1 12", "9 s1 invalid_argument", "10 s1 13",
            ],
            answers);
        Assert.Equal(["START", "STOP", "SYNC"], host.Grains.Servers["s1"].Enqueued.Select(call => call.Name));
        Assert.False(host.Grains.Servers.ContainsKey("made-up"));
    }

    [Fact]
    public async Task Stream_far_longer_than_a_body_may_be_is_carried_out_whole()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"), Small);
        string body = string.Concat(Enumerable.Repeat("""{"server_id":"s1","command_name":"START"}""" + "\n", 2_000));
        Answer answer = await host.OperateAsync("POST", "/api/v1/commands", body);
        string[] answers = answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(1, 2_000).Select(number => $"{number} s1 {number}"), answers.Select(Describe));
    }

    [Fact]
    public async Task Answers_flow_while_the_stream_is_open_and_a_cut_line_is_never_enqueued()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"), Small);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, host.Uri.Port);
        await client.SendAsync(Encoding.ASCII.GetBytes(
            "POST /api/v1/commands HTTP/1.1\r\nHost: x\r\nX-Auth-Token: operator-token\r\nContent-Type: application/x-ndjson\r\nContent-Length: 1000\r\n\r\n"
            + """{"server_id":"s1","command_name":"START"}""" + "\n"));
        using var deadline = new CancellationTokenSource(GatewayHost.Deadline);
        var received = new StringBuilder();
        byte[] buffer = new byte[4_096];
        while (!received.ToString().Contains("\"line\":1", StringComparison.Ordinal))
        {
            int count = await client.ReceiveAsync(buffer, deadline.Token);
            Assert.True(count > 0);
            received.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        await client.SendAsync(Encoding.ASCII.GetBytes("""{"server_id":"s1","command_name":"STOP"}"""));
        client.Shutdown(SocketShutdown.Send);
        try
        {
            while (await client.ReceiveAsync(buffer, deadline.Token) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Aborted by the broker: an answer that breaks off must not look complete.
        }

        Assert.Equal("START", Assert.Single(host.Grains.Servers["s1"].Enqueued).Name);
    }

    [Fact]
    public async Task No_line_overtakes_an_earlier_one_of_its_source_server_that_is_to_be_sent_again()
    {
        bool hasFailed = false;
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains =>
            {
                grains.Register("s1").Enqueue = _ =>
                {
                    if (hasFailed)
                    {
                        return new EnqueueReply { Seq = 1 };
                    }

                    hasFailed = true;
                    throw new BrokerException(BrokerErrorReason.StorageUnavailable, "For a moment.");
                };
                grains.Register("s2").Enqueue = call => new EnqueueReply { Seq = long.Parse(call.IdempotencyKey!, null) };
            },
            Small);
        string body = string.Concat(Enumerable.Range(1, 12).Select(
            number => $$"""{"server_id":"s{{(number % 3 == 0 ? 2 : 1)}}","command_name":"START","idempotency_key":"{{number}}"}""" + "\n"));
        Answer answer = await host.OperateAsync("POST", "/api/v1/commands", body);
        Assert.Equal(
            Enumerable.Range(1, 12).Select(number => number % 3 == 0 ? $"{number} s2 {number}" : $"{number} s1 storage_unavailable"),
            answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Describe));
    }

    private static string Describe(string line)
    {
        JsonElement answer = JsonDocument.Parse(line).RootElement;
        string server = answer.TryGetProperty("server_id", out JsonElement id) && id.ValueKind == JsonValueKind.String ? id.GetString()! : "-";
        string outcome = answer.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.Object
            ? error.GetProperty("reason").GetString()!
            : answer.GetProperty("command_id").GetString()!;
        return $"{answer.GetProperty("line").GetInt64()} {server} {outcome}";
    }
}
