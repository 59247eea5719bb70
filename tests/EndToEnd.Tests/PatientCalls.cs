using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>What a tool and an agent ask, again and again until the broker does not say any more that it cannot serve.</summary>
internal sealed class PatientCalls(HttpClient tool, HttpClient agent)
{
    /// <summary>Calls until the broker does not say any more that it cannot serve; then it must be done, or refused as allowed.</summary>
    public static async Task<int> Until(Func<Task<HttpResponseMessage>> call, HttpStatusCode allowed = HttpStatusCode.OK)
    {
        using HttpResponseMessage answer = await AnswerAsync(call);
        Assert.True(answer.IsSuccessStatusCode || answer.StatusCode == allowed, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        return (int)answer.StatusCode;
    }

    /// <summary>The first answer that is not 503.</summary>
    public static async Task<HttpResponseMessage> AnswerAsync(Func<Task<HttpResponseMessage>> call)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            HttpResponseMessage answer = await call();
            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
            {
                return answer;
            }

            answer.Dispose();
            await pause.WaitForNextTickAsync(deadline.Token);
        }
    }

    /// <summary>The number of the command that was enqueued.</summary>
    public static async Task<string> CommandIdAsync(Func<Task<HttpResponseMessage>> enqueue)
    {
        using HttpResponseMessage answer = await AnswerAsync(enqueue);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonElement.Parse(text).GetProperty("command_id").GetString()!;
    }

    /// <summary>The number of the command that was handed out; null when none was.</summary>
    public static async Task<string?> DeliveredIdAsync(Func<Task<HttpResponseMessage>> poll)
    {
        using HttpResponseMessage answer = await AnswerAsync(poll);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer.Headers.TryGetValues("X-Command-Id", out IEnumerable<string>? ids) ? ids.Single() : null;
    }

    public async Task RegisterAsync(string id) =>
        await Until(() => tool.PostAsync("/v3/sources", Json($$"""{"id":"{{id}}","name":"one","os_type":"LINUX"}""")));

    public async Task<HttpResponseMessage> EnqueueAsync(string id, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/sources/{id}/commands");
        request.Content = Json($$$"""{"command_name":"START","command_param":{"key":"{{{key}}}"}}""");
        request.Headers.Add("Idempotency-Key", key);
        return await tool.SendAsync(request);
    }

    public Task<HttpResponseMessage> PollAsync(string id) => agent.GetAsync($"/v3/sources/{id}/command");

    public async Task<HttpResponseMessage> ReportAsync(string id, string seq)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v3/sources/{id}/command_result");
        request.Content = Json("""{"command_name":"START","result":"success","result_detail":"x"}""");
        request.Headers.Add("X-Command-Id", seq);
        return await agent.SendAsync(request);
    }

    public Task<HttpResponseMessage> CancelAsync(string id, string seq) => tool.PostAsync($"/api/v1/sources/{id}/commands/{seq}/cancel", Json("{}"));

    public Task<HttpResponseMessage> RedriveAsync(string id, string seq) => tool.PostAsync($"/api/v1/sources/{id}/commands/{seq}/redrive", Json("{}"));

    public async Task<string> StateAsync(string id, string seq) => (await ShowAsync(id, seq)).GetProperty("state").GetString()!;

    public async Task<string> KeyOfAsync(string id, string seq) => (await ShowAsync(id, seq)).GetProperty("command_param").GetProperty("key").GetString()!;

    /// <summary>Leaves a source server with one command, which was handed out as often as allowed.</summary>
    public async Task DeadLetterAsync(string id)
    {
        await Until(() => tool.PutAsync($"/api/v1/sources/{id}/settings", Json("""{"max_deliveries":1,"visibility_timeout":"1s"}""")));
        await Until(() => EnqueueAsync(id, "first"));
        await Until(() => PollAsync(id));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await StateAsync(id, "1") != "dead_lettered")
        {
            await pause.WaitForNextTickAsync(deadline.Token);
        }

        await Until(() => tool.PutAsync($"/api/v1/sources/{id}/settings", Json("{}")));
    }

    private async Task<JsonElement> ShowAsync(string id, string seq)
    {
        using HttpResponseMessage answer = await AnswerAsync(() => tool.GetAsync($"/api/v1/sources/{id}/commands/{seq}"));
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonElement.Parse(text);
    }

    public static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
