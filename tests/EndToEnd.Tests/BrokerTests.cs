using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>The broker as its users meet it: a process, its files, its answers over HTTP, its exit code.</summary>
public sealed class BrokerTests : IDisposable
{
    private const string DefaultProject = "2d7b94e60c1f4f8fb35a7c9e84d10f63";

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
    public async Task The_development_credentials_open_every_way_in()
    {
        await using BrokerProcess broker = await new BrokerProcess(Data).StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(broker.Address) };
        HttpResponseMessage signedIn = await SignInAsync(
            http, broker.Credential("user"), broker.Credential("password"), broker.Credential("domain_name"), broker.Credential("project_id"));
        Assert.Equal(HttpStatusCode.Created, signedIn.StatusCode);
        using HttpClient user = broker.Client(signedIn.Headers.GetValues("X-Subject-Token").Single());
        Assert.Equal(HttpStatusCode.OK, (await user.GetAsync("/v3/sources")).StatusCode);
        Assert.Equal(20, broker.Credential("access_key").Length);
        Assert.Equal(40, broker.Credential("secret_key").Length);

        // The user, the access key and the token are one principal, who administers, too.
        using HttpClient tool = broker.Client(broker.Token);
        string keys = await tool.GetStringAsync("/api/v1/keys");
        Assert.Contains(broker.Credential("access_key"), keys, StringComparison.Ordinal);
        Assert.DoesNotContain(broker.Credential("secret_key"), keys, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_credentials_file_of_an_earlier_release_keeps_what_it_says_and_gets_what_it_lacks()
    {
        string token = new('a', 64);
        string path = Path.Combine(Data, "dev-credentials.json");
        Directory.CreateDirectory(Data);
        await File.WriteAllTextAsync(path, $$"""{"endpoint":"http://elsewhere","token":"{{token}}","agent_token":"{{new string('b', 64)}}","note":"mine"}""");

        await using BrokerProcess broker = await new BrokerProcess(Data).StartAsync();
        await broker.WaitForOutputAsync("CommandBroker listens on");
        Assert.Equal(("http://elsewhere", token, "mine"), (broker.Credential("endpoint"), broker.Token, broker.Credential("note")));
        Assert.Equal(20, broker.Credential("access_key").Length);
        using HttpClient tool = broker.Client(token);
        Assert.Equal(HttpStatusCode.OK, (await tool.GetAsync("/v3/sources")).StatusCode);
    }

    [Theory]
    [InlineData("""{"endpoint":"","token":"x"}""")]
    [InlineData("""{"token":"x","agent_token":"y","access_key":"AK"}""")]
    [InlineData("""{"token":"x","agent_token":1}""")]
    [InlineData("nonsense")]
    public async Task A_credentials_file_that_cannot_be_understood_is_left_alone(string content)
    {
        string path = Path.Combine(Data, "dev-credentials.json");
        Directory.CreateDirectory(Data);
        await File.WriteAllTextAsync(path, content);
        await using var broker = new BrokerProcess(Data);
        broker.Launch();

        Assert.NotEqual(0, await broker.WaitForExitAsync());
        Assert.Contains("dev-credentials.json", broker.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", broker.Output, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task Production_starts_once_with_an_administrator_and_then_without()
    {
        string passwordFile = Path.Combine(_directory, "password");
        await File.WriteAllTextAsync(passwordFile, "correct horse battery\n");
        (string, string)[] always = [("ASPNETCORE_ENVIRONMENT", "Production"), ("Identity__MasterKey", new string('A', 43) + "=")];
        await using (BrokerProcess first = await new BrokerProcess(
            Data, [.. always, ("Identity__BootstrapAdmin", "root"), ("Identity__BootstrapAdminPasswordFile", passwordFile)]).StartAsync())
        {
            Assert.Contains("Principal root was made", first.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("correct horse battery", first.Output, StringComparison.Ordinal);
            Assert.False(File.Exists(first.CredentialsPath));
            Assert.False(File.Exists(Path.Combine(Data, "master.key")));
        }

        await using BrokerProcess second = await new BrokerProcess(Data, always).StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(second.Address) };
        HttpResponseMessage signedIn = await SignInAsync(http, "root", "correct horse battery", "default", DefaultProject);
        Assert.Equal(HttpStatusCode.Created, signedIn.StatusCode);
        Assert.DoesNotContain("Principal root was made", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_of_development_end_where_the_store_is_taken_into_production()
    {
        string[] tokens;
        string masterKey;
        await using (BrokerProcess development = await new BrokerProcess(Data).StartAsync())
        {
            tokens = [development.Token, development.AgentToken];
            masterKey = await File.ReadAllTextAsync(Path.Combine(Data, "master.key"));
            using HttpClient tool = development.Client(tokens[0]);
            Assert.Equal(HttpStatusCode.OK, (await tool.GetAsync("/v3/sources")).StatusCode);
        }

        await using BrokerProcess production = await new BrokerProcess(
            Data,
            ("ASPNETCORE_ENVIRONMENT", "Production"),
            ("Identity__MasterKey", masterKey.Trim()),
            ("Credentials__OperatorToken", "the-token-of-production-0123456789abcdef")).StartAsync();

        foreach (string token in tokens)
        {
            using HttpClient former = production.Client(token);
            Assert.Equal(HttpStatusCode.Unauthorized, (await former.GetAsync("/v3/sources/s-1/command")).StatusCode);
        }

        using HttpClient given = production.Client("the-token-of-production-0123456789abcdef");
        Assert.Equal(HttpStatusCode.OK, (await given.GetAsync("/v3/sources")).StatusCode);
        Assert.Contains("has credentials of a development broker", production.Output, StringComparison.Ordinal);
        Assert.Matches("\"Timestamp\":\"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z\"", production.Output);
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
    [InlineData("Queue__MaxDelivery", "3", "Queue:MaxDelivery is no setting; Queue has DefaultTimeToLive, ")]
    [InlineData("Queue__MaxPendingCount", "many", "Queue:MaxPendingCount is many; a whole number is needed.")]
    [InlineData("Identity__MasterKey", "secret", "32 random bytes")]
    [InlineData("Storage__Provider", "oracle", "Storage:Provider")]
    [InlineData("Storage__Provider", "postgres", "Storage:ConnectionString")]
    [InlineData("Silo__Role", "node", "all-in-one, silo and gateway are allowed")]
    [InlineData("Silo__Role", "silo", "Storage:Provider is Sqlite")]
    [InlineData("Silo__Role", "gateway", "Cluster:ConnectionString")]
    [InlineData("Cluster__Enabled", "true", "Cluster:Enabled")]
    [InlineData("Silo__Address", "no-such-host.invalid", "Silo:Address")]
    public async Task A_setting_that_cannot_be_is_named_with_what_is_allowed(string name, string value, string said)
    {
        await using var broker = new BrokerProcess(Data, (name, value));
        broker.Launch();

        Assert.NotEqual(0, await broker.WaitForExitAsync());
        Assert.Contains(said, broker.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", broker.Output, StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> SignInAsync(HttpClient http, string name, string password, string domain, string project) =>
        http.PostAsync("/v3/auth/tokens", Json(JsonSerializer.Serialize(new
        {
            auth = new
            {
                identity = new { methods = (string[])["password"], password = new { user = new { name, password, domain = new { name = domain } } } },
                scope = new { project = new { id = project } },
            },
        })));

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, string body)
    {
        HttpResponseMessage answer = await http.PostAsync(path, Json(body));
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }
}
