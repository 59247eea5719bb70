using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CommandBroker.Gateway.Tests;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>Calls as the vendor's SDKs sign them, against a real broker: from the first look-up to the day the key is taken away.</summary>
public sealed class SignedCallTests : IDisposable
{
    private const string Poll = "/v3/sources/agent-1/command";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-e2e-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task An_sdk_finds_its_domain_and_project_polls_reports_and_is_told_of_a_wrong_clock()
    {
        await using BrokerProcess broker = await new BrokerProcess(Path.Combine(_directory, "data")).StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(broker.Address) };
        var signer = new RequestSigner(broker.Credential("access_key"), broker.Credential("secret_key"));

        JsonElement domains = await OkAsync(http, signer, "GET", "/v3/auth/domains");
        string domain = domains.GetProperty("domains")[0].GetProperty("id").GetString()!;
        Assert.Equal(broker.Credential("domain_id"), domain);
        JsonElement projects = await OkAsync(http, signer, "GET", "/v3/projects?name=cn-north-4");
        Assert.Equal(broker.Credential("project_id"), projects.GetProperty("projects")[0].GetProperty("id").GetString());

        await OkAsync(http, signer, "POST", "/v3/sources", """{"id":"agent-1","name":"web","os_type":"LINUX"}""");
        await OkAsync(http, signer, "POST", "/api/v1/sources/agent-1/commands", """{"command_name":"START","command_param":{"task_id":"t-1"}}""");
        using HttpResponseMessage polled = await SendAsync(http, signer, "GET", Poll, null, ("X-Domain-Id", domain));
        Assert.Equal("START", (await polled.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("command_name").GetString());
        await OkAsync(http, signer, "POST", "/v3/sources/agent-1/command_result", """{"command_name":"START","result":"success","result_detail":"{}"}""");

        using HttpResponseMessage late = await SendAsync(http, signer with { Now = DateTimeOffset.UtcNow.AddMinutes(-20) }, "GET", Poll);
        Assert.Equal(HttpStatusCode.Unauthorized, late.StatusCode);
        Assert.Contains("behind the server's clock", await late.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using HttpResponseMessage wrong = await SendAsync(http, signer with { Secret = "wrong" }, "GET", Poll);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
    }

    [Fact]
    public async Task A_key_of_one_source_server_sees_no_other_and_ends_when_it_is_disabled_or_its_user_deleted()
    {
        await using BrokerProcess broker = await new BrokerProcess(Path.Combine(_directory, "data")).StartAsync();
        using HttpClient tool = broker.Client(broker.Token);
        using var http = new HttpClient { BaseAddress = new Uri(broker.Address) };
        foreach (string server in (string[])["agent-1", "agent-2"])
        {
            (await tool.PostAsJsonAsync("/v3/sources", new { id = server, name = server, os_type = "LINUX" })).EnsureSuccessStatusCode();
        }

        JsonElement made = await (await tool.PostAsync("/api/v1/sources/agent-1/agent-key", null)).Content.ReadFromJsonAsync<JsonElement>();
        var agent = new RequestSigner(made.GetProperty("access_key").GetString()!, made.GetProperty("secret_key").GetString()!);
        await OkAsync(http, agent, "GET", Poll);
        foreach (string other in (string[])["agent-2", "agent-3"])
        {
            using HttpResponseMessage refused = await SendAsync(http, agent, "GET", $"/v3/sources/{other}/command");
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        }

        (await tool.PatchAsJsonAsync($"/api/v1/keys/{agent.AccessKey}", new { enabled = false })).EnsureSuccessStatusCode();
        await UntilAsync(http, agent, HttpStatusCode.Unauthorized);
        (await tool.PatchAsJsonAsync($"/api/v1/keys/{agent.AccessKey}", new { enabled = true })).EnsureSuccessStatusCode();
        await UntilAsync(http, agent, HttpStatusCode.OK);
        JsonElement users = await tool.GetFromJsonAsync<JsonElement>("/api/v1/users?name=agent-agent-1");
        (await tool.DeleteAsync($"/api/v1/users/{users.GetProperty("users")[0].GetProperty("id").GetString()}")).EnsureSuccessStatusCode();
        await UntilAsync(http, agent, HttpStatusCode.Unauthorized);
    }

    private static async Task<JsonElement> OkAsync(HttpClient http, RequestSigner signer, string method, string path, string? body = null)
    {
        using HttpResponseMessage answer = await SendAsync(http, signer, method, path, body);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Polls until the gateway has heard of a change; correct ones need a second.</summary>
    private static async Task UntilAsync(HttpClient http, RequestSigner signer, HttpStatusCode expected)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            using HttpResponseMessage answer = await SendAsync(http, signer with { Now = DateTimeOffset.UtcNow }, "GET", Poll);
            if (answer.StatusCode == expected)
            {
                return;
            }

            await pace.WaitForNextTickAsync(deadline.Token);
        }
    }

    private static Task<HttpResponseMessage> SendAsync(
        HttpClient http, RequestSigner signer, string method, string path, string? body = null, params (string Name, string Value)[] others)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, System.Net.Http.Headers.MediaTypeHeaderValue.Parse("application/json"));
        }

        foreach ((string name, string value) in signer.Sign(method, path, body ?? "", others))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return http.SendAsync(request);
    }
}
