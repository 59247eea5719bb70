using System.Net;
using System.Text.Json;
using CommandBroker.Client.Http;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;
using Xunit;

namespace CommandBroker.Client.Tests;

public sealed class HttpEnqueueManyTests
{
    [Fact]
    public async Task Only_lines_without_an_answer_are_sent_again_with_the_same_key()
    {
        // The first answer breaks off after one of three lines.
        var stub = new StubHandler(request => Answer(request, lines => request.Number == 1 ? 1 : lines));

        List<EnqueueItemOutcome> outcomes = await RunAsync(stub, "a", "b", "c");

        Assert.Equal([1, 2, 3], outcomes.Select(outcome => outcome.Item.Position));
        Assert.All(outcomes, outcome => Assert.Null(outcome.Reply.Error));
        EnqueueBody[] first = Bodies(stub.Requests[0]);
        EnqueueBody[] second = Bodies(stub.Requests[1]);
        Assert.Equal(["b", "c"], second.Select(body => body.ServerId));
        Assert.Equal(first[1..].Select(body => body.IdempotencyKey), second.Select(body => body.IdempotencyKey));
    }

    [Fact]
    public async Task A_refused_line_does_not_stop_the_others()
    {
        var stub = new StubHandler(request => StubHandler.Text(HttpStatusCode.OK, string.Join('\n', Bodies(request).Select((body, i) => body.ServerId == "bad"
            ? $$$"""{"line":{{{i + 1}}},"server_id":"bad","error":{"reason":"queue_full","message":"full","transient":true}}"""
            : Line(i + 1)))));

        List<EnqueueItemOutcome> outcomes = await RunAsync(stub, "a", "bad", "c");

        Assert.Equal([null, BrokerErrorReason.QueueFull, null], outcomes.Select(outcome => outcome.Reply.Error));
        Assert.Single(stub.Requests);
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("")]
    [InlineData("{}, \"server_id\":\"other\"")]
    [InlineData("half a character")]
    public async Task A_parameter_that_is_no_object_is_refused_by_itself_and_not_sent(string param)
    {
        // No attribute can hold such a text.
        param = param == "half a character" ? "{\"a\":\"\ud800\"}" : param;
        var stub = new StubHandler(request => Answer(request, lines => lines));
        var client = new HttpCommandBrokerClient(stub.Client, Samples.FastRetry);

        List<EnqueueItemOutcome> both = await client.EnqueueManyAsync(Samples.ItemsOf(("a", param), ("b", "{}"))).ToListAsync();
        List<EnqueueItemOutcome> alone = await client.EnqueueManyAsync(Samples.ItemsOf(("a", param))).ToListAsync();

        Assert.Equal([BrokerErrorReason.InvalidArgument, null], both.Select(outcome => outcome.Reply.Error));
        Assert.StartsWith("Param is no JSON object", both[0].Reply.Message, StringComparison.Ordinal);
        Assert.Equal("b", Assert.Single(Bodies(Assert.Single(stub.Requests))).ServerId);
        Assert.Equal(BrokerErrorReason.InvalidArgument, Assert.Single(alone).Reply.Error);
        BrokerException single = await Assert.ThrowsAsync<BrokerException>(
            () => client.EnqueueAsync("a", new EnqueueCall { Name = "START", Param = param }));
        Assert.Equal(both[0].Reply.Message, single.Message);
    }

    [Fact]
    public async Task Many_commands_go_in_bounded_windows_and_stay_in_order()
    {
        var stub = new StubHandler(request => Answer(request, lines => lines));
        string[] servers = [.. Enumerable.Range(0, 1_000).Select(i => $"s-{i % 7}")];

        List<EnqueueItemOutcome> outcomes = await RunAsync(stub, servers);

        Assert.Equal(Enumerable.Range(1, 1_000).Select(i => (long)i), outcomes.Select(outcome => outcome.Item.Position));
        Assert.Equal(servers, stub.Requests.SelectMany(Bodies).Select(body => body.ServerId));
        Assert.All(stub.Requests, request => Assert.InRange(Bodies(request).Length, 1, 256));
    }

    [Fact]
    public async Task A_window_of_long_parameters_stays_below_what_a_signed_request_may_hold()
    {
        var stub = new StubHandler(request => Answer(request, lines => lines));
        var client = new HttpCommandBrokerClient(stub.Client, Samples.FastRetry);
        string param = $$"""{"text":"{{new string('ä', 5_000)}}"}""";

        List<EnqueueItemOutcome> outcomes = await client.EnqueueManyAsync(Items()).ToListAsync();

        Assert.Equal(300, outcomes.Count);
        Assert.All(stub.Requests, request => Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(request.Body), 1, 1 << 20));

        async IAsyncEnumerable<EnqueueItem> Items()
        {
            for (int i = 1; i <= 300; i++)
            {
                await Task.CompletedTask;
                yield return new EnqueueItem { Position = i, ServerId = "web-1", Command = new EnqueueCall { Name = "START", Param = param } };
            }
        }
    }

    [Fact]
    public async Task A_broker_that_stays_away_ends_the_stream()
    {
        var stub = new StubHandler(_ => throw new HttpRequestException("away"));

        BrokerException fault = await Assert.ThrowsAsync<BrokerException>(() => RunAsync(stub, "a"));

        Assert.Equal(BrokerErrorReason.Unreachable, fault.Reason);
        Assert.Equal(3, stub.Requests.Count);
    }

    [Fact]
    public async Task A_fault_of_the_callers_stream_reaches_the_caller()
    {
        var stub = new StubHandler(request => Answer(request, lines => lines));
        var client = new HttpCommandBrokerClient(stub.Client, Samples.FastRetry);

        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (EnqueueItemOutcome _ in client.EnqueueManyAsync(Broken()))
            {
                // Only the end matters.
            }
        });

        static async IAsyncEnumerable<EnqueueItem> Broken()
        {
            await foreach (EnqueueItem item in Samples.Items("a"))
            {
                yield return item;
            }

            throw new InvalidDataException();
        }
    }

    private static async Task<List<EnqueueItemOutcome>> RunAsync(StubHandler stub, params string[] servers)
    {
        var outcomes = new List<EnqueueItemOutcome>();
        await foreach (EnqueueItemOutcome outcome in new HttpCommandBrokerClient(stub.Client, Samples.FastRetry).EnqueueManyAsync(Samples.Items(servers)))
        {
            outcomes.Add(outcome);
        }

        return outcomes;
    }

    private static HttpResponseMessage Answer(StubRequest request, Func<int, int> answered) => StubHandler.Text(
        HttpStatusCode.OK, string.Join('\n', Enumerable.Range(1, answered(Bodies(request).Length)).Select(Line)), "application/x-ndjson");

    private static string Line(int number) => $$"""{"line":{{number}},"server_id":"x","command_id":"5","was_there":false}""";

    private static EnqueueBody[] Bodies(StubRequest request) =>
        [.. request.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize(line, WireJson.Default.EnqueueBody)!)];
}
