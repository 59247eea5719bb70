using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>Agents, each with a source server of its own, that enqueue, poll and report one after the other, and keep every answer that was not a success.</summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private const int Agents = 8;

    private readonly HttpClient _tool;
    private readonly HttpClient _agent;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _agents;
    private int _rounds;

    /// <summary>Begins, through an address, for source servers that it registers itself.</summary>
    public SteadyLoad(string address, string operatorToken, string agentToken)
    {
        _tool = ClientOf(address, operatorToken);
        _agent = ClientOf(address, agentToken);
        _agents = [.. Enumerable.Range(0, Agents).Select(number => RunAsync($"load-{number}"))];
    }

    /// <summary>Answers other than success, and calls without an answer.</summary>
    public ConcurrentQueue<string> Faults { get; } = [];

    /// <summary>Waits until each agent has gone round so many times more, on the average.</summary>
    public async Task GoRoundAsync(int times)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (int goal = Volatile.Read(ref _rounds) + (times * Agents); Volatile.Read(ref _rounds) < goal && Faults.IsEmpty;)
        {
            await poll.WaitForNextTickAsync(deadline.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_agents);
        _tool.Dispose();
        _agent.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(string server)
    {
        await DoneAsync(() => _tool.PostAsync("/v3/sources", Json($$"""{"id":"{{server}}","name":"{{server}}","os_type":"LINUX"}""")), "register");
        while (!_stop.IsCancellationRequested)
        {
            await DoneAsync(() => _tool.PostAsync($"/api/v1/sources/{server}/commands", Json("""{"command_name":"SYNC"}""")), "enqueue");
            await DoneAsync(() => _agent.GetAsync($"/v3/sources/{server}/command"), "poll");
            await DoneAsync(() => _agent.PostAsync($"/v3/sources/{server}/command_result", Json("""{"command_name":"SYNC","result":"success","result_detail":{}}""")), "report");
            Interlocked.Increment(ref _rounds);
        }
    }

    private async Task DoneAsync(Func<Task<HttpResponseMessage>> call, string what)
    {
        try
        {
            using HttpResponseMessage answer = await call();
            if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Created))
            {
                Faults.Enqueue($"{what}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            }
        }
        catch (Exception silence) when (silence is HttpRequestException or TaskCanceledException)
        {
            Faults.Enqueue($"{what}: {silence.Message}");
        }
    }

    private static HttpClient ClientOf(string address, string token)
    {
        var http = new HttpClient { BaseAddress = new Uri(address) };
        http.DefaultRequestHeaders.Add("X-Auth-Token", token);
        return http;
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
