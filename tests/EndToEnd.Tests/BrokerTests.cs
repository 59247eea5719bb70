using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>The broker as its users meet it: a process, its files, its answers over HTTP, its exit code.</summary>
public sealed class BrokerTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-e2e-").FullName;

    private string Data => Path.Combine(_directory, "data");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_first_start_makes_credentials_for_its_owner_only_and_a_restart_keeps_them()
    {
        string first;
        await using (BrokerProcess broker = await new BrokerProcess(Data).StartAsync())
        {
            first = File.ReadAllText(broker.CredentialsPath);
            Assert.True(OperatingSystem.IsWindows()
                || File.GetUnixFileMode(broker.CredentialsPath) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
            Assert.Contains($"CommandBroker listens on {broker.Address}", broker.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(broker.Token, broker.Output, StringComparison.Ordinal);
            Assert.Equal(0, await broker.TerminateAsync());
        }

        await using BrokerProcess again = await new BrokerProcess(Data).StartAsync();
        Assert.Equal(first, File.ReadAllText(again.CredentialsPath));
        using HttpClient agent = again.Client(again.AgentToken);
        Assert.Equal(HttpStatusCode.NotFound, (await agent.GetAsync("/v3/sources/nobody/command")).StatusCode);
    }

    [Fact]
    public async Task A_command_goes_all_the_way_and_survives_a_kill_in_between()
    {
        await using BrokerProcess broker = await new BrokerProcess(Data).StartAsync();
        using HttpClient tool = broker.Client(broker.Token);
        using HttpClient agent = broker.Client(broker.AgentToken);
        await PostAsync(tool, "/v3/sources", """{"id":"s-1","name":"one","os_type":"LINUX"}""");
        JsonElement enqueued = await PostAsync(
            tool, "/api/v1/sources/s-1/commands", """{"command_name":"START","command_param":{"task_id":"t-1", "n":1.50}}""");

        await broker.KillAsync();
        await broker.StartAsync();

        HttpResponseMessage poll = await agent.GetAsync("/v3/sources/s-1/command");
        Assert.Equal("""{"command_name":"START","command_param":{"task_id":"t-1", "n":1.50}}""", await poll.Content.ReadAsStringAsync());
        Assert.Equal(enqueued.GetProperty("command_id").GetString(), poll.Headers.GetValues("X-Command-Id").Single());

        await broker.KillAsync();
        await broker.StartAsync();

        await PostAsync(agent, "/v3/sources/s-1/command_result", """{"command_name":"START","result":"success","result_detail":{"a":[1,2]}}""");
        JsonElement ended = JsonDocument.Parse(await tool.GetStringAsync("/api/v1/sources/s-1/commands/1")).RootElement;
        Assert.Equal(("succeeded", "agent"), (ended.GetProperty("state").GetString(), ended.GetProperty("ended_by").GetString()));
    }

    [Fact]
    public async Task An_agent_may_not_enqueue_and_a_stranger_may_nothing()
    {
        await using BrokerProcess broker = await new BrokerProcess(Data).StartAsync();
        using HttpClient agent = broker.Client(broker.AgentToken);
        using HttpClient stranger = broker.Client("not-a-token");

        HttpResponseMessage refused = await agent.PostAsync("/api/v1/sources/s-1/commands", Json("""{"command_name":"START"}"""));
        HttpResponseMessage unknown = await stranger.GetAsync("/v3/sources/s-1/command");

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
        Assert.Contains("APIGW.0301", await unknown.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_broker_on_the_same_data_says_whose_they_are_and_ends()
    {
        await using BrokerProcess first = await new BrokerProcess(Data).StartAsync();
        await using var second = new BrokerProcess(Data);
        second.Launch();

        Assert.NotEqual(0, await second.WaitForExitAsync());
        Assert.Contains(Data, second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Production_makes_no_credentials_up_and_says_what_to_set()
    {
        await using var broker = new BrokerProcess(Data, ("ASPNETCORE_ENVIRONMENT", "Production"), ("Identity__MasterKey", new string('A', 43) + "="));
        broker.Launch();

        Assert.NotEqual(0, await broker.WaitForExitAsync());
        Assert.Contains("Credentials__OperatorToken", broker.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", broker.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(broker.CredentialsPath));
    }

    [Fact]
    public async Task Production_makes_no_master_key_up_and_says_what_to_set()
    {
        await using var broker = new BrokerProcess(Data, ("ASPNETCORE_ENVIRONMENT", "Production"));
        broker.Launch();

        Assert.NotEqual(0, await broker.WaitForExitAsync());
        Assert.Contains("Identity__MasterKey", broker.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", broker.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Data, "master.key")));
    }

    [Theory]
    [InlineData("Queue__MaxDeliveries", "0", "MaxDeliveries")]
    [InlineData("Queue__Supersede", "STOP", "NAME>NAME,NAME")]
    [InlineData("Identity__MasterKey", "secret", "32 random bytes")]
    [InlineData("Storage__Provider", "oracle", "Storage:Provider")]
    [InlineData("Storage__Provider", "postgres", "Storage:ConnectionString")]
    public async Task A_setting_that_cannot_be_is_named_with_what_is_allowed(string name, string value, string said)
    {
        await using var broker = new BrokerProcess(Data, (name, value));
        broker.Launch();

        Assert.NotEqual(0, await broker.WaitForExitAsync());
        Assert.Contains(said, broker.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", broker.Output, StringComparison.Ordinal);
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, string body)
    {
        HttpResponseMessage answer = await http.PostAsync(path, Json(body));
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }
}
