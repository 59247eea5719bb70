using System.Text.Json;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Core;
using Xunit;

namespace CommandBroker.Sdk.Tests;

/// <summary>The vendor's SDK, unmodified, against a broker that was just started: what it is meant for works, and what goes wrong is its own exception.</summary>
public sealed class SdkTests(SdkBroker broker) : IClassFixture<SdkBroker>
{
    [NodeFact]
    public async Task A_signed_agent_polls_reports_and_idles()
    {
        (string serverId, NewAccessKey key) = await broker.AgentAsync();
        EnqueueReply enqueued = await broker.Commands.EnqueueAsync(serverId, new EnqueueCall { Name = "START", Param = """{"task_id":"t-1","bucket":"b"}""" });

        JsonElement poll = (await CallAsync("poll", key, serverId)).Answer;
        JsonElement report = (await CallAsync("report", key, serverId, ("commandName", "START"))).Answer;
        JsonElement idle = (await CallAsync("poll", key, serverId)).Answer;

        Assert.Equal(("START", 200), (poll.GetProperty("command_name").GetString(), poll.GetProperty("httpStatusCode").GetInt32()));
        Assert.Equal("""{"task_id":"t-1","bucket":"b"}""", poll.GetProperty("command_param").GetRawText());
        Assert.Equal(200, report.GetProperty("httpStatusCode").GetInt32());
        Assert.Equal("SKIP", idle.GetProperty("command_name").GetString());
        CommandView ended = (await broker.Commands.ShowAsync(serverId, enqueued.Seq))!;
        Assert.Equal((CommandState.Succeeded, key.Key.Principal.Name), (ended.State, ended.EndedBy));
    }

    [NodeFact]
    public async Task The_development_key_and_the_development_user_of_the_file_work_as_they_are()
    {
        string serverId = await broker.Sources.RegisterAsync(new RegisterCall { Name = "dev", OsType = "LINUX" });
        Dictionary<string, object?> wanted = Wanted("poll", serverId, broker.Credential("access_key"), broker.Credential("secret_key"));

        Assert.Equal("SKIP", (await SdkOutcome.OfAsync(wanted)).Answer.GetProperty("command_name").GetString());
        Assert.Equal("SKIP", (await SdkOutcome.OfAsync(new(wanted) { ["domainId"] = broker.Credential("domain_id") })).Answer.GetProperty("command_name").GetString());
        Assert.Equal(
            "SKIP",
            (await SdkOutcome.OfAsync(new(wanted) { ["basic"] = true, ["projectId"] = broker.Credential("project_id") })).Answer.GetProperty("command_name").GetString());
    }

    [NodeFact]
    public async Task The_SDK_learns_its_domain_and_its_project_from_the_embedded_IAM()
    {
        (string serverId, NewAccessKey key) = await broker.AgentAsync();

        SdkOutcome domain = await CallAsync("poll", key, serverId, ("region", "eu-west-101"));
        SdkOutcome project = await CallAsync("poll", key, serverId, ("region", "eu-west-101"), ("basic", true));

        SdkOutcome sample = await CallAsync("poll", key, serverId, ("region", "<YOUR REGION>"), ("basic", true));

        Assert.Equal("SKIP", sample.Answer.GetProperty("command_name").GetString());
        Assert.Equal("SKIP", domain.Answer.GetProperty("command_name").GetString());
        Assert.Equal("SKIP", project.Answer.GetProperty("command_name").GetString());
    }

    [NodeFact]
    public async Task A_source_server_that_is_not_the_agents_own_is_404_whether_it_exists_or_not()
    {
        (string foreign, _) = await broker.AgentAsync();
        (_, NewAccessKey key) = await broker.AgentAsync();

        string ofForeign = (await CallAsync("poll", key, foreign)).IsRefused(404, "SMS.7602");
        string ofUnknown = (await CallAsync("poll", key, "nobody")).IsRefused(404, "SMS.7602");

        Assert.Equal(ofUnknown, ofForeign);
    }

    [NodeFact]
    public async Task A_role_that_lacks_the_action_is_403_and_names_it()
    {
        (string serverId, _) = await broker.AgentAsync();

        SdkOutcome refused = await CallAsync("poll", await broker.UserKeyAsync(Roles.Auditor), serverId);

        Assert.Contains("sms:server:getCommand", refused.IsRefused(403, "SMS.9004"), StringComparison.Ordinal);
    }

    [NodeFact]
    public async Task An_unknown_key_a_wrong_secret_and_a_disabled_key_are_401_and_look_the_same()
    {
        (string serverId, NewAccessKey key) = await broker.AgentAsync();
        NewAccessKey disabled = await broker.Identity.RotateKeyAsync(key.Key.AccessKey);
        await broker.Identity.EnableKeyAsync(disabled.Key.AccessKey, isEnabled: false);

        string[] said =
        [
            (await SdkOutcome.OfAsync(Wanted("poll", serverId, "AKNOBODY000000000000", key.SecretKey))).IsRefused(401, "APIGW.0301"),
            (await SdkOutcome.OfAsync(Wanted("poll", serverId, key.Key.AccessKey, "wrong-secret"))).IsRefused(401, "APIGW.0301"),
            (await CallAsync("poll", disabled, serverId)).IsRefused(401, "APIGW.0301"),
        ];

        Assert.Single(said.Distinct());
    }

    [NodeFact]
    public async Task A_clock_that_is_20_minutes_off_is_401_and_says_by_how_much()
    {
        (string serverId, NewAccessKey key) = await broker.AgentAsync();

        string ahead = (await CallAsync("poll", key, serverId, ("clockMinutes", 20))).IsRefused(401, "APIGW.0301");
        string behind = (await CallAsync("poll", key, serverId, ("clockMinutes", -20))).IsRefused(401, "APIGW.0301");

        Assert.Matches("(1[12][0-9][0-9]) s ahead of the server's clock, which shows [0-9]{8}T[0-9]{6}Z", ahead);
        Assert.Matches("(1[12][0-9][0-9]) s behind the server's clock", behind);
        Assert.Equal("SKIP", (await CallAsync("poll", key, serverId, ("clockMinutes", 14))).Answer.GetProperty("command_name").GetString());
    }

    [NodeFact]
    public async Task A_project_that_asks_too_often_is_429()
    {
        TenantView project = await broker.Identity.CreateProjectAsync($"busy-{Guid.NewGuid():N}");
        await broker.Identity.ChangeTenantAsync(project.TenantId, new TenantChange { MaxRequestsPerSecond = 1 });
        NewAccessKey key = await broker.UserKeyAsync(Roles.Agent, project.TenantId);
        using HttpClient flood = broker.Client(new Client.Http.AccessKeyCredential(key.Key.AccessKey, key.SecretKey));
        using var stop = new CancellationTokenSource();
        Task flooding = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                (await flood.GetAsync("v3/sources/nobody/command", CancellationToken.None)).Dispose();
            }
        });

        SdkOutcome refused = await CallAsync("poll", key, "nobody");
        await stop.CancelAsync();
        await flooding;

        refused.IsRefused(429, "APIGW.0308");
    }

    [NodeFact]
    public async Task A_temporary_key_goes_with_its_security_token_and_not_without()
    {
        (string serverId, NewAccessKey agent) = await broker.AgentAsync();
        NewAccessKey key = await broker.Identity.CreateKeyAsync(new NewAccessKeyCall
        {
            PrincipalId = agent.Key.Principal.PrincipalId, IsTemporary = true, Lifetime = TimeSpan.FromMinutes(15),
        });

        Assert.Equal("SKIP", (await CallAsync("poll", key, serverId, ("securityToken", key.SecurityToken))).Answer.GetProperty("command_name").GetString());
        (await CallAsync("poll", key, serverId)).IsRefused(401, "APIGW.0301");
        (await CallAsync("poll", key, serverId, ("securityToken", "another"))).IsRefused(401, "APIGW.0301");
    }

    [NodeFact]
    public async Task A_user_signs_in_and_the_token_polls()
    {
        string serverId = await broker.Sources.RegisterAsync(new RegisterCall { Name = "dev", OsType = "LINUX" });
        Dictionary<string, object?> wanted = Wanted("signIn", serverId, broker.Credential("access_key"), broker.Credential("secret_key"));
        wanted["user"] = broker.Credential("user");
        wanted["password"] = broker.Credential("password");
        wanted["domain"] = broker.Credential("domain_name");
        wanted["projectId"] = broker.Credential("project_id");

        JsonElement signedIn = (await SdkOutcome.OfAsync(wanted)).Answer;
        string token = signedIn.GetProperty("X-Subject-Token").GetString()!;
        JsonElement validated = (await SdkOutcome.OfAsync(new(wanted) { ["verb"] = "validate", ["token"] = token })).Answer;
        JsonElement poll = (await SdkOutcome.OfAsync(new(wanted) { ["verb"] = "pollWithToken", ["token"] = token })).Answer;

        Assert.Equal(broker.Credential("user"), signedIn.GetProperty("token").GetProperty("user").GetProperty("name").GetString());
        Assert.Equal(broker.Credential("project_id"), validated.GetProperty("token").GetProperty("project").GetProperty("id").GetString());
        Assert.Equal("SKIP", poll.GetProperty("command_name").GetString());

        // The SDK's code of an error in IAM's shape is the number that IAM puts there.
        (await SdkOutcome.OfAsync(new(wanted) { ["password"] = "wrong" })).IsRefused(401, "401");
        (await SdkOutcome.OfAsync(new(wanted) { ["verb"] = "pollWithToken", ["token"] = "no token" })).IsRefused(401, "APIGW.0301");
    }

    private Task<SdkOutcome> CallAsync(string verb, NewAccessKey key, string serverId, params (string Name, object? Value)[] more)
    {
        Dictionary<string, object?> wanted = Wanted(verb, serverId, key.Key.AccessKey, key.SecretKey);
        foreach ((string name, object? value) in more)
        {
            wanted[name] = value;
        }

        return SdkOutcome.OfAsync(wanted);
    }

    private Dictionary<string, object?> Wanted(string verb, string serverId, string accessKey, string secretKey) => new()
    {
        ["verb"] = verb, ["endpoint"] = broker.Address, ["serverId"] = serverId, ["ak"] = accessKey, ["sk"] = secretKey,
    };
}
