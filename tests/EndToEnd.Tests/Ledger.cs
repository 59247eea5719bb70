using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>
/// What one client was promised: it calls the broker, keeps each acknowledgement, insists that each refusal is the documented one, and compares in the end.
/// </summary>
internal sealed class Ledger(BrokerProcess broker, string serverId = "s-1") : IDisposable
{
    private static readonly TimeSpan RecoveryDeadline = TimeSpan.FromSeconds(60);

    private readonly HttpClient _tool = broker.Client(broker.Token);
    private readonly HttpClient _agent = broker.Client(broker.AgentToken);
    private readonly Dictionary<string, string> _enqueued = [];
    private readonly Queue<string> _outstanding = [];
    private readonly HashSet<string> _delivered = [];
    private readonly HashSet<string> _reported = [];
    private string? _unanswered;
    private int _keys;
    private volatile int _refusedCount;

    /// <summary>Queue limits that are in nobody's way.</summary>
    public static (string Name, string Value)[] Roomy =>
        [("Queue__MaxOutstandingCount", "10000"), ("Queue__MaxPendingCount", "100000"), ("Queue__VisibilityTimeout", "01:00:00"), ("Storage__CommitTimeout", "00:00:02"), ("Gateway__StallTolerance", "00:00:01")];

    public (int Enqueued, int Delivered, int Reported) Acknowledged => (_enqueued.Count, _delivered.Count, _reported.Count);

    /// <summary>Calls that were refused for now.</summary>
    public int RefusedCount => _refusedCount;

    public async Task RegisterAsync()
    {
        HttpResponseMessage answer = await _tool.PostAsync("/v3/sources", Json($$"""{"id":"{{serverId}}","name":"one","os_type":"LINUX"}"""));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Enqueues one command, or, when the last one was refused, that one again.</summary>
    /// <returns>Whether it was acknowledged; otherwise it was refused for now.</returns>
    public async Task<bool> EnqueueAsync(int paramBytes = 64)
    {
        string key = _unanswered ?? $"key-{++_keys}";
        string body = $$$"""{"command_name":"START","command_param":{"key":"{{{key}}}","fill":"{{{Convert.ToHexString(Noise(key, paramBytes / 2))}}}"}}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/sources/{serverId}/commands") { Content = Json(body) };
        request.Headers.Add("Idempotency-Key", key);
        HttpResponseMessage answer = await _tool.SendAsync(request);
        string text = await answer.Content.ReadAsStringAsync();
        if (answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK)
        {
            _unanswered = null;
            _enqueued.Add(JsonDocument.Parse(text).RootElement.GetProperty("command_id").GetString()!, key);
            return true;
        }

        // The same body again, or it would be another command.
        _unanswered = key;
        AssertRefusal(answer, text, "\"reason\":\"storage_unavailable\"", "\"reason\":\"unreachable\"");
        return false;
    }

    /// <summary>Takes the next command.</summary>
    public async Task<bool> PollAsync()
    {
        HttpResponseMessage answer = await _agent.GetAsync($"/v3/sources/{serverId}/command");
        string text = await answer.Content.ReadAsStringAsync();
        if (answer.StatusCode == HttpStatusCode.OK)
        {
            if (answer.Headers.TryGetValues("X-Command-Id", out IEnumerable<string>? ids))
            {
                string id = ids.Single();
                Assert.True(_delivered.Add(id), $"{id} was handed out twice, although its lease runs.");
                _outstanding.Enqueue(id);
            }

            return true;
        }

        AssertRefusal(answer, text, "SMS.6301");
        return false;
    }

    /// <summary>Reports the command that has been outstanding for longest.</summary>
    public async Task<bool> ReportAsync(int detailBytes = 16)
    {
        string id = _outstanding.Peek();
        string body = $$"""{"command_name":"START","result":"success","result_detail":"{{Convert.ToHexString(Noise(id, detailBytes / 2))}}"}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v3/sources/{serverId}/command_result") { Content = Json(body) };
        request.Headers.Add("X-Command-Id", id);
        HttpResponseMessage answer = await _agent.SendAsync(request);
        string text = await answer.Content.ReadAsStringAsync();
        if (answer.StatusCode == HttpStatusCode.OK)
        {
            _reported.Add(_outstanding.Dequeue());
            return true;
        }

        AssertRefusal(answer, text, "SMS.6301");
        return false;
    }

    /// <summary>Enqueues, polls and reports in turn.</summary>
    public async Task TrafficAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await EnqueueAsync();
            await PollAsync();
            if (_outstanding.Count > 0)
            {
                await ReportAsync();
            }
        }
    }

    /// <summary>Whether <c>/readyz</c> says that the broker can serve.</summary>
    public async Task<bool> IsReadyAsync() => (await _agent.GetAsync("/readyz")).StatusCode == HttpStatusCode.OK;

    /// <summary>Waits until <c>/readyz</c> says that the broker cannot serve, which it says of the last look it had.</summary>
    public Task UntilNotReadyAsync() => UntilAcknowledgedAsync(async () => !await IsReadyAsync());

    /// <summary>Calls until it is refused.</summary>
    public static async Task UntilRefusedAsync(Func<Task<bool>> call)
    {
        for (int i = 0; i < 2_000; i++)
        {
            if (!await call())
            {
                return;
            }
        }

        Assert.Fail("The broker acknowledged 2,000 calls that it should have had no room for.");
    }

    /// <summary>Calls until it is acknowledged: the broker has to come back by itself.</summary>
    public static async Task UntilAcknowledgedAsync(Func<Task<bool>> call)
    {
        using var deadline = new CancellationTokenSource(RecoveryDeadline);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!await call())
        {
            await poll.WaitForNextTickAsync(deadline.Token);
        }
    }

    /// <summary>Holds what the broker has against what it acknowledged.</summary>
    public async Task AssertNothingIsLostAsync()
    {
        foreach ((string id, string key) in _enqueued)
        {
            JsonElement command = JsonDocument.Parse(await _tool.GetStringAsync($"/api/v1/sources/{serverId}/commands/{id}")).RootElement;
            Assert.Equal(key, command.GetProperty("command_param").GetProperty("key").GetString());
            string state = command.GetProperty("state").GetString()!;
            Assert.True(!_delivered.Contains(id) || command.GetProperty("delivery_count").GetInt32() > 0, $"{id} was handed out and is {state}, never delivered.");
            Assert.True(!_reported.Contains(id) || state == "succeeded", $"{id} was reported and is {state}.");
        }
    }

    public void Dispose()
    {
        _tool.Dispose();
        _agent.Dispose();
    }

    // On a machine that is short of time a call may also end because the broker did not answer in time; the caller's remedy is the same.
    private void AssertRefusal(HttpResponseMessage answer, string text, params string[] codes)
    {
        Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"{answer.StatusCode}: {text}");
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero, "A refusal says when to come again.");
        Assert.True(codes.Any(code => text.Contains(code, StringComparison.Ordinal)), text);
        _refusedCount++;
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    /// <summary>Bytes that follow from a text and cannot be compressed.</summary>
    private static byte[] Noise(string seed, int count)
    {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count; at += SHA256.HashSizeInBytes)
        {
            SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{at}")).AsSpan(0, Math.Min(SHA256.HashSizeInBytes, count - at)).CopyTo(bytes.AsSpan(at));
        }

        return bytes;
    }
}
