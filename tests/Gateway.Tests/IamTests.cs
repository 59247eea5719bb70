using System.Text.Json;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class IamTests
{
    private const string Tokens = "/v3/auth/tokens";
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task User_signs_in_by_name_and_polls_with_the_token()
    {
        await using GatewayHost host = await StartAsync();
        Answer answer = await SignInAsync(host, "ann", "right", """{"project":{"name":"default"}}""");
        Assert.Equal(201, answer.Status);
        JsonElement token = answer.IsStamped().Json.GetProperty("token");
        Assert.Equal("2026-11-25T08:00:00.000000Z", token.GetProperty("expires_at").GetString());
        Assert.Equal("2026-11-24T08:00:00.000000Z", token.GetProperty("issued_at").GetString());
        Assert.Equal("password", token.GetProperty("methods")[0].GetString());
        Assert.Equal(DefaultTenant.ProjectId, token.GetProperty("project").GetProperty("id").GetString());
        Assert.Equal(DefaultTenant.DomainId, token.GetProperty("project").GetProperty("domain").GetProperty("id").GetString());
        Assert.Equal("agent", token.GetProperty("roles")[0].GetProperty("name").GetString());
        Assert.Equal("ann", token.GetProperty("user").GetProperty("name").GetString());
        string issued = answer.Header("X-Subject-Token")!;
        Assert.Equal(200, (await host.SendAsync("GET", "/v3/sources/s1/command", token: issued)).Status);
        SignInCall call = host.Grains.Identity.LastSignIn!;
        Assert.Equal(("ann", "default", "default", "127.0.0.1"), (call.UserName, call.DomainName, call.Scope!.ProjectName, call.RemoteAddress));
    }

    [Theory]
    [InlineData("""{"id":"U","password":"p"}""", """{"domain":{"id":"D"}}""", "U", null, null, null, "D", null)]
    [InlineData("""{"name":"n","password":"p","domain":{"id":"D"}}""", """{"domain":{"name":"d"}}""", null, "n", "D", null, null, "d")]
    [InlineData("""{"name":"n","password":"p","domain":{"name":"d"}}""", "null", null, "n", null, "d", null, null)]
    [InlineData("""{"name":"n","password":"p","domain":{"name":"d"}}""", "\"unscoped\"", null, "n", null, "d", null, null)]
    public async Task User_and_scope_may_be_given_by_id_or_by_name(
        string user, string scope, string? userId, string? userName, string? domainId, string? domainName, string? scopeId, string? scopeName)
    {
        await using GatewayHost host = await StartAsync();
        await host.SendAsync("POST", Tokens, $$$"""{"auth":{"identity":{"methods":["password"],"password":{"user":{{{user}}}}},"scope":{{{scope}}}}}""", token: null);
        SignInCall call = host.Grains.Identity.LastSignIn!;
        Assert.Equal((userId, userName, domainId, domainName), (call.UserId, call.UserName, call.DomainId, call.DomainName));
        Assert.Equal((scopeId, scopeName), (call.Scope?.DomainId, call.Scope?.DomainName));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"auth":[]}""")]
    [InlineData("""{"auth":{"identity":{"methods":["token"]}}}""")]
    [InlineData("""{"auth":{"identity":{"methods":["password","token"],"password":{"user":{"id":"u","password":"p"}}}}}""")]
    [InlineData("""{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"n","password":"p"}}}}}""")]
    [InlineData("""{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u","password":""}}}}}""")]
    [InlineData("""{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":7,"password":"p"}}}}}""")]
    [InlineData("""{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u","id":"v","password":"p"}}}}}""")]
    [InlineData("""{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u","password":"p"}}},"scope":{}}}""")]
    [InlineData("""{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u","password":"p"}}},"scope":{"domain":{"id":"d"},"project":{"id":"p"}}}}""")]
    [InlineData("""{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u","password":"\ud800"}}}}}""")]
    public async Task Body_that_is_no_sign_in_is_refused_in_the_iams_shape(string body)
    {
        await using GatewayHost host = await StartAsync();
        IsIamError(await host.SendAsync("POST", Tokens, body, token: null), 400, "Bad Request");
        Assert.Null(host.Grains.Identity.LastSignIn);
    }

    [Fact]
    public async Task Unknown_user_and_wrong_password_get_the_same_answer()
    {
        await using GatewayHost host = await StartAsync();
        string wrong = IsIamError(await SignInAsync(host, "ann", "wrong"), 401, "Unauthorized").Body;
        Assert.Equal(wrong, (await SignInAsync(host, "nobody", "wrong")).Body);
    }

    [Theory]
    [InlineData(SignInStatus.ScopeRefused, 401)]
    [InlineData(SignInStatus.Busy, 429)]
    public async Task Other_refusals_have_their_status(SignInStatus status, int code)
    {
        await using GatewayHost host = await StartAsync();
        host.Grains.Identity.SignIn = status;
        Answer answer = await SignInAsync(host, "ann", "wrong");
        Assert.Equal(code, answer.Status);
        Assert.Equal(code == 429, answer.Header("Retry-After") is not null);
    }

    [Fact]
    public async Task Guessing_is_slowed_down_and_the_refusal_is_audited_without_a_question_to_a_silo()
    {
        var clock = new FakeTimeProvider(Start);
        await using GatewayHost host = await StartAsync(clock);
        for (int number = 0; number < 5; number++)
        {
            Assert.Equal(401, (await SignInAsync(host, "ann", "wrong")).Status);
        }

        int asked = host.Grains.Identity.Calls.Count;
        Answer refused = IsIamError(await SignInAsync(host, "ann", "right"), 429, "Too Many Requests");
        Assert.Equal("15", refused.Header("Retry-After"));
        Assert.Equal(asked, host.Grains.Identity.Calls.Count);
        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(201, (await SignInAsync(host, "ann", "right")).Status);
        await host.Services.GetRequiredService<AuditQueue>().FlushAsync();
        AuditEvent audited = Assert.Single(host.Grains.Identity.Audited);
        Assert.Equal(("signin.throttled", "unknown", "127.0.0.1"), (audited.Action, audited.Actor.Name, audited.Actor.RemoteAddress));
        Assert.Equal(refused.Header("X-Request-Id"), audited.RequestId);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task Token_is_validated_for_its_owner_and_for_readers_of_its_domain_alone(string method)
    {
        await using GatewayHost host = await StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        PrincipalView ann = fake.Principals[FakeIdentity.Id("ann")];
        string token = fake.Issue(ann).Text;
        fake.AddToken("auditor", fake.AddPrincipal("auditor", Roles.Auditor));
        fake.AddToken("foreign", fake.AddPrincipal("foreign", Roles.Auditor | Roles.Admin, domainId: "elsewhere", projectId: "theirs", isDomainWide: true));
        fake.AddToken("aside", fake.AddPrincipal("aside", Roles.Auditor, projectId: fake.AddProject("aside")));
        foreach ((string caller, int status) in ((string, int)[])[(token, 200), ("auditor", 200), (FakeIdentity.AgentToken, 404), ("foreign", 404), ("aside", 404), ("nobody", 401)])
        {
            Answer answer = await host.SendAsync(method, Tokens, token: caller, headers: ("X-Subject-Token", token));
            Assert.Equal(status, answer.Status);
            if (method == "GET" && status == 200)
            {
                Assert.Equal("ann", answer.Json.GetProperty("token").GetProperty("user").GetProperty("name").GetString());
            }
        }

        foreach (string subject in (string[])["", "made-up", token + "A", FakeIdentity.AgentToken])
        {
            Assert.Equal(404, (await host.SendAsync(method, Tokens, token: "auditor", headers: ("X-Subject-Token", subject))).Status);
        }

        IsIamError(await host.SendAsync("GET", Tokens, token: "auditor"), 404, "Not Found");
    }

    [Fact]
    public async Task Validation_shows_the_scope_of_the_token()
    {
        await using GatewayHost host = await StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        PrincipalView wide = fake.AddPrincipal("wide", Roles.Operator | Roles.Admin, isDomainWide: true);
        string other = fake.AddProject("other");
        string narrow = fake.Issue(wide, projectId: other).Text, all = fake.Issue(wide, isDomainScoped: true).Text;
        JsonElement project = (await host.SendAsync("GET", Tokens, token: narrow, headers: ("X-Subject-Token", narrow))).Json.GetProperty("token");
        Assert.Equal("other", project.GetProperty("project").GetProperty("name").GetString());
        JsonElement domain = (await host.SendAsync("GET", Tokens, token: all, headers: ("X-Subject-Token", all))).Json.GetProperty("token");
        Assert.Equal(DefaultTenant.DomainId, domain.GetProperty("domain").GetProperty("id").GetString());
        Assert.False(domain.TryGetProperty("project", out _));
        Assert.Equal(2, domain.GetProperty("roles").GetArrayLength());
    }

    [Fact]
    public async Task Revoked_token_is_refused_here_at_once_and_elsewhere_after_a_refresh()
    {
        await using GatewayHost host = await StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        string token = fake.Issue(fake.Principals[FakeIdentity.Id("ann")]).Text;
        Assert.Equal(404, (await host.SendAsync("DELETE", Tokens, token: FakeIdentity.OperatorToken, headers: ("X-Subject-Token", token))).Status);
        Assert.Equal(200, (await host.SendAsync("GET", "/v3/sources/s1/command", token: token)).Status);
        Answer answer = await host.SendAsync("DELETE", Tokens, token: token, headers: ("X-Subject-Token", token));
        Assert.Equal((204, ""), (answer.Status, answer.Body));
        Assert.Contains($"Revoke {fake.LastTokenId} ann", fake.Calls);
        (await host.SendAsync("GET", "/v3/sources/s1/command", token: token)).IsVendorError(401, "APIGW.0301");
        Assert.Equal(404, (await host.SendAsync("GET", Tokens, token: FakeIdentity.OperatorToken, headers: ("X-Subject-Token", token))).Status);
    }

    [Fact]
    public async Task Signed_call_learns_its_domain_and_its_projects()
    {
        await using GatewayHost host = await StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        fake.AddKey("AK", "secret", fake.Principals[FakeIdentity.Id("ann")]);
        var signer = new RequestSigner("AK", "secret") { Now = Start };
        Answer domains = (await host.SendAsync("GET", "/v3/auth/domains", "{}", token: null, headers: signer.Sign("GET", "/v3/auth/domains", "{}"))).IsStamped();
        JsonElement domain = Assert.Single(domains.Json.GetProperty("domains").EnumerateArray());
        Assert.Equal((DefaultTenant.DomainId, "default"), (domain.GetProperty("id").GetString(), domain.GetProperty("name").GetString()));
        Answer projects = await host.SendAsync("GET", "/v3/projects?name=cn-north-4", token: null, headers: signer.Sign("GET", "/v3/projects?name=cn-north-4"));
        JsonElement project = Assert.Single(projects.Json.GetProperty("projects").EnumerateArray());
        Assert.Equal((DefaultTenant.ProjectId, "cn-north-4"), (project.GetProperty("id").GetString(), project.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("ap-southeast-1", "ap-southeast-1")]
    [InlineData("cn-north-4", "cn-north-4")]
    [InlineData("ru-moscow-1", "ru-moscow-1")]
    [InlineData("default", "default")]
    [InlineData("", "default,other")]
    [InlineData("off", "")]
    [InlineData("none", "")]
    [InlineData("cn-north-4x", "")]
    [InlineData("CN-north-4", "")]
    [InlineData("other", "other")]
    public async Task Projects_are_those_the_caller_may_work_in_and_any_region_means_its_own(string name, string expected)
    {
        await using GatewayHost host = await StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        fake.AddProject("other");
        fake.AddProject("off", isEnabled: false);
        fake.AddToken("wide", fake.AddPrincipal("wide", Roles.None, isDomainWide: true));
        Answer answer = await host.SendAsync("GET", $"/v3/projects?name={name}", token: "wide");
        Assert.Equal(expected, string.Join(',', answer.Json.GetProperty("projects").EnumerateArray().Select(project => project.GetProperty("name").GetString())));
    }

    [Theory]
    [InlineData("%3CYOUR%20REGION%3E", "<YOUR REGION>")]
    [InlineData("anything", "anything")]
    [InlineData("cn-north-4", "cn-north-4")]
    [InlineData("default", "default")]
    [InlineData("off", "")]
    public async Task Any_name_that_no_project_has_means_the_only_project_of_a_caller_who_has_one(string name, string expected)
    {
        await using GatewayHost host = await StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        fake.AddProject("off", isEnabled: false);
        fake.AddToken("wide", fake.AddPrincipal("wide", Roles.None, isDomainWide: true));

        JsonElement[] found = [.. (await host.SendAsync("GET", $"/v3/projects?name={name}", token: "wide")).Json.GetProperty("projects").EnumerateArray()];

        Assert.Equal(expected, string.Join(',', found.Select(project => project.GetProperty("name").GetString())));
        Assert.All(found, project => Assert.Equal(DefaultTenant.ProjectId, project.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task A_caller_of_one_project_learns_by_no_name_whether_there_are_others()
    {
        await using GatewayHost host = await StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        fake.AddProject("other");
        fake.AddToken("ann", fake.Principals[FakeIdentity.Id("ann")]);

        foreach (string name in (string[])["other", "nobodys"])
        {
            JsonElement only = Assert.Single((await host.SendAsync("GET", $"/v3/projects?name={name}", token: "ann")).Json.GetProperty("projects").EnumerateArray());
            Assert.Equal((DefaultTenant.ProjectId, name), (only.GetProperty("id").GetString(), only.GetProperty("name").GetString()));
        }

        Assert.Equal(0, (await host.SendAsync("GET", "/v3/projects?name=cn-north-4&domain_id=elsewhere", token: "ann")).Json.GetProperty("projects").GetArrayLength());
    }

    [Fact]
    public async Task Projects_are_listed_page_by_page_as_the_links_say()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains =>
            grains.Identity.AddToken("wide", grains.Identity.AddPrincipal("wide", Roles.Operator, isDomainWide: true)));
        foreach (string name in (string[])["p1", "p2", "p3"])
        {
            host.Grains.Identity.AddProject(name);
        }

        var names = new List<string>();
        string? path = "/v3/projects?limit=2";
        while (path is not null)
        {
            JsonElement page = (await host.SendAsync("GET", path, token: "wide")).Json;
            names.AddRange(page.GetProperty("projects").EnumerateArray().Select(project => project.GetProperty("name").GetString()!));
            path = page.GetProperty("links").GetProperty("next").GetString() is { } next ? new Uri(next).PathAndQuery : null;
        }

        Assert.Equal(["default", "p1", "p2", "p3"], names);
        Assert.Equal(400, (await host.SendAsync("GET", "/v3/projects?limit=0", token: "wide")).Status);
    }

    [Fact]
    public async Task Projects_of_a_bound_caller_and_of_a_foreign_domain_are_not_more_than_its_own()
    {
        await using GatewayHost host = await StartAsync();
        host.Grains.Identity.AddProject("other");
        Assert.Equal(1, (await host.SendAsync("GET", "/v3/projects")).Json.GetProperty("projects").GetArrayLength());
        Assert.Equal(0, (await host.SendAsync("GET", "/v3/projects?domain_id=elsewhere")).Json.GetProperty("projects").GetArrayLength());
        IsIamError(await host.SendAsync("GET", "/v3/projects?name=a&name=b"), 400, "Bad Request");
    }

    [Theory]
    [InlineData("GET", "/v3/auth/domains")]
    [InlineData("GET", "/v3/projects")]
    [InlineData("GET", Tokens)]
    [InlineData("DELETE", Tokens)]
    public async Task Caller_who_is_not_known_is_refused_in_the_iams_shape(string method, string path)
    {
        await using GatewayHost host = await StartAsync();
        IsIamError(await host.SendAsync(method, path, token: null), 401, "Unauthorized");
        IsIamError(await host.SendAsync(method, path, token: "nobody"), 401, "Unauthorized");
    }

    [Theory]
    [InlineData("/v3/auth/domains")]
    [InlineData("/v3/projects?name=cn-north-4")]
    [InlineData(Tokens)]
    public async Task Signature_that_is_refused_is_answered_as_by_the_gateway_in_front_of_the_vendors_iam(string path)
    {
        await using GatewayHost host = await StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        fake.AddKey("AK", "secret", fake.Principals[FakeIdentity.Id("ann")]);
        var right = new RequestSigner("AK", "secret") { Now = Start };
        foreach (RequestSigner wrong in (RequestSigner[])[right with { Secret = "x" }, right with { AccessKey = "NOBODY" }, right with { Now = Start.AddHours(-1) }])
        {
            Answer refused = await host.SendAsync("GET", path, token: null, headers: wrong.Sign("GET", path));
            refused.IsVendorError(401, "APIGW.0301").IsStamped();
        }
    }

    [Theory]
    [InlineData("/v3/sources/s1/command")]
    [InlineData("/api/v1/sources/s1/commands")]
    [InlineData("/v3/auth/domains")]
    [InlineData(Tokens)]
    public async Task Caller_who_is_not_admitted_is_told_how_to_prove_who_it_is(string path)
    {
        await using GatewayHost host = await StartAsync();
        foreach (Answer answer in (Answer[])[await host.SendAsync("GET", path, token: null), await host.SendAsync("GET", path, token: "nobody")])
        {
            Assert.Equal(401, answer.Status);
            Assert.Contains("SDK-HMAC-SHA256", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        }

        Assert.NotNull((await SignInAsync(host, "ann", "wrong")).Header("WWW-Authenticate"));
        Assert.Null((await host.SendAsync("GET", "/v3/sources/s1/command")).Header("WWW-Authenticate"));
    }

    [Theory]
    [InlineData("PUT", Tokens, "DELETE,GET,HEAD,POST")]
    [InlineData("POST", "/v3/auth/domains", "GET")]
    [InlineData("DELETE", "/v3/projects", "GET")]
    public async Task Wrong_method_names_the_right_ones(string method, string path, string allowed)
    {
        await using GatewayHost host = await StartAsync();
        Answer answer = IsIamError(await host.SendAsync(method, path), 405, "Method Not Allowed");
        Assert.Equal(allowed, string.Join(',', answer.ContentHeaders.Allow.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Storage_that_fails_is_answered_503()
    {
        await using GatewayHost host = await StartAsync();
        host.Grains.Identity.Failure = new BrokerException(BrokerErrorReason.StorageUnavailable, "Full.");
        Assert.NotNull(IsIamError(await SignInAsync(host, "ann", "right"), 503, "Service Unavailable").Header("Retry-After"));
    }

    [Fact]
    public async Task Routes_can_be_switched_off()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(settings: new() { ["Identity:EmbeddedIam"] = "false" });
        foreach (string path in (string[])[Tokens, "/v3/auth/domains", "/v3/projects"])
        {
            (await host.SendAsync("GET", path)).IsVendorError(404, "APIGW.0101");
        }
    }

    private static Answer IsIamError(Answer answer, int status, string title)
    {
        Assert.Equal(status, answer.Status);
        JsonElement error = Assert.Single(answer.Json.EnumerateObject()).Value;
        Assert.Equal((status, title), (error.GetProperty("code").GetInt32(), error.GetProperty("title").GetString()));
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.Equal(3, error.EnumerateObject().Count());
        return answer.IsStamped();
    }

    private static Task<Answer> SignInAsync(GatewayHost host, string name, string password, string scope = "null") => host.SendAsync(
        "POST", Tokens,
        $$$$$"""{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"{{{{{name}}}}}","password":"{{{{{password}}}}}","domain":{"name":"default"}}}},"scope":{{{{{scope}}}}}}}""",
        token: null);

    private static Task<GatewayHost> StartAsync(FakeTimeProvider? clock = null) => TokenAdmissionTests.StartAsync(
        identity => identity.AddPrincipal("ann", Roles.Agent, password: "right"), clock ?? new FakeTimeProvider(Start));
}
