using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CommandBroker.Gateway.Tests;
using CommandBroker.Gateway.Tests.ExternalIam;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>A real broker that takes the tokens of somebody else's IAM: from registering over a poll to what happens when that IAM is gone.</summary>
public sealed class ExternalIamTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-e2e-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Broker_with_a_keystone_takes_its_tokens_and_does_without_it_for_a_while()
    {
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        DateTimeOffset end = DateTimeOffset.UtcNow.AddHours(1);
        keystone.Tokens["operator-of-p1"] = new StubToken(end, "member");
        keystone.Tokens["agent-of-p1"] = new StubToken(end, "agent");
        keystone.Tokens["agent-of-p2"] = new StubToken(end, "agent") { ProjectId = "p2" };
        await using BrokerProcess broker = await StartAsync(
            ("Identity__Mode", "keystone"), ("Identity__Keystone__Url", keystone.Uri.ToString()), ("Identity__Keystone__User", "broker"),
            ("Identity__Keystone__Password", StubKeystone.Password));
        await WorkAsync(broker, "operator-of-p1", "agent-of-p1", "agent-of-p2");

        keystone.IsDown = true;
        Assert.Equal(HttpStatusCode.OK, (await PollAsync(broker, "agent-of-p1")).Status);
        Answered refused = await PollAsync(broker, "never-seen");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        Assert.True(refused.HasRetryAfter);
        Assert.DoesNotContain("operator-of-p1", broker.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(StubKeystone.Password, broker.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broker_with_an_openid_provider_takes_its_tokens_new_keys_included()
    {
        await using StubOidc provider = await new StubOidc().StartAsync();
        await using BrokerProcess broker = await StartAsync(
            ("Identity__Mode", "oidc"), ("Identity__Oidc__Issuer", provider.Name), ("Identity__Oidc__Audience", StubOidc.Audience));
        string agent = provider.Issue();
        await WorkAsync(broker, provider.Issue(("roles", new[] { "operator" })), agent, provider.Issue(("project_id", "p2")));
        provider.AddKey();
        Assert.Equal(HttpStatusCode.OK, (await PollAsync(broker, provider.Issue())).Status);
        Assert.DoesNotContain(agent, broker.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Identity__Keystone__Url", "http://keystone.example:5000", "Identity:Keystone:Url")]
    [InlineData("Identity__Keystone__Uri", "https://keystone.example:5000", "Identity:Keystone:Uri")]
    public async Task Start_with_settings_that_cannot_be_is_refused_in_one_line_that_names_them(string name, string value, string named)
    {
        await using var broker = new BrokerProcess(Path.Combine(_directory, "data"), ("Identity__Mode", "keystone"), (name, value));
        broker.Launch();
        Assert.Equal(1, await broker.WaitForExitAsync());
        Assert.Contains(named, broker.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", broker.Output, StringComparison.Ordinal);
    }

    private Task<BrokerProcess> StartAsync(params (string Name, string Value)[] environment) => new BrokerProcess(Path.Combine(_directory, "data"), environment).StartAsync();

    private static async Task WorkAsync(BrokerProcess broker, string operatorToken, string agentToken, string foreignToken)
    {
        using HttpClient tool = broker.Client(operatorToken);
        (await tool.PostAsJsonAsync("/v3/sources", new { id = "agent-1", name = "web", os_type = "LINUX" })).EnsureSuccessStatusCode();
        (await tool.PostAsJsonAsync("/api/v1/sources/agent-1/commands", new { command_name = "START", command_param = new { task_id = "t-1" } })).EnsureSuccessStatusCode();

        Answered foreign = await PollAsync(broker, foreignToken);
        Assert.Equal(HttpStatusCode.NotFound, foreign.Status);
        Assert.Equal((await PollAsync(broker, agentToken, "agent-9")).Body, foreign.Body);
        Assert.Contains("START", (await PollAsync(broker, agentToken)).Body, StringComparison.Ordinal);
        using HttpClient agent = broker.Client(agentToken);
        (await agent.PostAsJsonAsync("/v3/sources/agent-1/command_result", new { command_name = "START", result = "success", result_detail = "{}" })).EnsureSuccessStatusCode();
        JsonElement history = await tool.GetFromJsonAsync<JsonElement>("/api/v1/sources/agent-1/history");
        Assert.Contains("ucceeded", history.GetRawText(), StringComparison.Ordinal);

        // The broker's own tokens count no more, its own access keys do.
        Assert.Equal(HttpStatusCode.Unauthorized, (await PollAsync(broker, broker.Token)).Status);
        var signer = new RequestSigner(broker.Credential("access_key"), broker.Credential("secret_key"));
        using var http = new HttpClient { BaseAddress = new Uri(broker.Address) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v3/auth/domains");
        foreach ((string name, string value) in signer.Sign("GET", "/v3/auth/domains"))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        Assert.Equal(HttpStatusCode.OK, (await http.SendAsync(request)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.PostAsJsonAsync("/v3/auth/tokens", new { })).StatusCode);
    }

    private static async Task<Answered> PollAsync(BrokerProcess broker, string token, string server = "agent-1")
    {
        using HttpClient http = broker.Client(token);
        using HttpResponseMessage answer = await http.GetAsync($"/v3/sources/{server}/command");
        return new Answered(answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers.RetryAfter is not null);
    }

    private sealed record Answered(HttpStatusCode Status, string Body, bool HasRetryAfter);
}
