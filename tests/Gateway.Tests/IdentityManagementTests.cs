using System.Collections.Immutable;
using System.Text.Json;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class IdentityManagementTests
{
    private const string AdminToken = "admin-token";
    private const string AuditorToken = "auditor-token";
    private const string WideToken = "wide-token";

    private static readonly TenantView Project = new() { TenantId = "p1", Name = "team", DomainId = DefaultTenant.DomainId, IsEnabled = true, MaxSourceServers = 5 };
    private static readonly TenantView Domain = new() { TenantId = "d1", Name = "north", IsEnabled = true };

    private static readonly PrincipalView Ada = new()
    {
        PrincipalId = "u1",
        Name = "ada",
        DomainId = DefaultTenant.DomainId,
        DomainName = "default",
        ProjectId = DefaultTenant.ProjectId,
        ProjectName = "default",
        Roles = Roles.Agent | Roles.Admin,
        IsEnabled = true,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    private static readonly AccessKeyView Key = new() { AccessKey = "AK1", Principal = Ada, IsEnabled = true, CreatedAt = DateTimeOffset.UnixEpoch };
    private static readonly ReencryptionView Run = new() { State = ReencryptionState.Running, ReencryptedCount = 0, RemainingCount = 3 };
    private static readonly NewAccessKey Made = new() { Key = Key, SecretKey = "the-secret" };

    /// <summary>Every route with what it needs and the grain's method it leads to.</summary>
    public static TheoryData<string, string, string?, bool, string> Routes => new()
    {
        { "GET", "/api/v1/domains", null, false, "ListDomainsAsync" },
        { "POST", "/api/v1/domains", """{"name":"north"}""", true, "CreateDomainAsync" },
        { "GET", "/api/v1/domains/d1", null, false, "ShowTenantAsync" },
        { "PATCH", "/api/v1/domains/d1", """{"enabled":false}""", true, "ChangeTenantAsync" },
        { "GET", "/api/v1/projects", null, false, "ListProjectsAsync" },
        { "POST", "/api/v1/projects", """{"name":"team"}""", true, "CreateProjectAsync" },
        { "GET", "/api/v1/projects/p1", null, false, "ShowTenantAsync" },
        { "PATCH", "/api/v1/projects/p1", """{"max_source_servers":5}""", true, "ChangeTenantAsync" },
        { "GET", "/api/v1/users", null, false, "ListPrincipalsAsync" },
        { "GET", "/api/v1/users?name=ada", null, false, "FindPrincipalAsync" },
        { "POST", "/api/v1/users", """{"name":"ada","roles":["admin"]}""", true, "CreatePrincipalAsync" },
        { "GET", "/api/v1/users/u1", null, false, "ShowPrincipalAsync" },
        { "PATCH", "/api/v1/users/u1", """{"roles":[]}""", true, "ChangePrincipalAsync" },
        { "DELETE", "/api/v1/users/u1", null, true, "DeletePrincipalAsync" },
        { "GET", "/api/v1/keys", null, false, "ListKeysAsync" },
        { "POST", "/api/v1/keys", """{"user_id":"u1"}""", true, "CreateKeyAsync" },
        { "GET", "/api/v1/keys/AK1", null, false, "ShowKeyAsync" },
        { "PATCH", "/api/v1/keys/AK1", """{"enabled":false}""", true, "EnableKeyAsync" },
        { "DELETE", "/api/v1/keys/AK1", null, true, "DeleteKeyAsync" },
        { "POST", "/api/v1/keys/AK1/rotate", null, true, "RotateKeyAsync" },
        { "POST", "/api/v1/sources/web-1/agent-key", null, true, "CreateKeyAsync" },
        { "GET", "/api/v1/audit", null, false, "ReadAuditAsync" },
        { "POST", "/api/v1/identity/rotate-token-key", null, true, "RotateTokenKeyAsync" },
        { "POST", "/api/v1/identity/rotate-token-key", """{"now":true}""", true, "EndTokensAsync" },
        { "POST", "/api/v1/identity/reencrypt", null, true, "StartReencryptionAsync" },
        { "GET", "/api/v1/identity/reencrypt", null, false, "ShowReencryptionAsync" },
    };

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_route_is_for_administrators_and_those_that_read_for_auditors(string method, string path, string? body, bool isChange, string called)
    {
        await using GatewayHost host = await StartAsync();
        foreach (string token in (string[])[FakeIdentity.OperatorToken, FakeIdentity.AgentToken])
        {
            (await host.SendAsync(method, path, body, token)).IsProblem(403, "unauthorized");
        }

        (await host.SendAsync(method, path, body, "nobody's")).IsProblem(401, "unauthorized");
        if (isChange)
        {
            (await host.SendAsync(method, path, body, AuditorToken)).IsProblem(403, "unauthorized");
        }

        Assert.Empty(host.Grains.Admin.Calls);

        Answer answer = await host.SendAsync(method, path, body, isChange ? AdminToken : AuditorToken);
        Assert.InRange(answer.Status, 200, 202);
        Assert.Equal(called, host.Grains.Admin.Calls.Last().Method);
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.DoesNotContain("\"type\"", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task What_is_foreign_or_unknown_is_answered_the_same(string method, string path, string? body, bool isChange, string called)
    {
        _ = (isChange, called);
        await using GatewayHost host = await StartAsync();
        host.Grains.Admin.Failure = new BrokerException(BrokerErrorReason.UnknownIdentity, "There is none.");
        (await host.SendAsync(method, path, body, AdminToken)).IsProblem(404, "unknown_identity");
    }

    [Fact]
    public async Task The_grain_is_told_who_asks_from_where_and_within_what()
    {
        await using GatewayHost host = await StartAsync();

        Answer answer = await host.SendAsync("GET", "/api/v1/domains", token: AdminToken);
        AdminCaller caller = host.Grains.Admin.Caller;
        Assert.Equal(
            (DefaultTenant.DomainId, "alice", FakeIdentity.Id("alice"), "127.0.0.1"),
            (caller.Actor.DomainId, caller.Actor.Name, caller.Actor.PrincipalId, caller.Actor.RemoteAddress));
        Assert.Equal((answer.Header("X-Request-Id"), DefaultTenant.ProjectId, false), (caller.RequestId, caller.ProjectId, caller.IsBrokerAdmin));

        await host.SendAsync("GET", "/api/v1/domains", token: WideToken);
        Assert.Equal((null, true), (host.Grains.Admin.Caller.ProjectId, host.Grains.Admin.Caller.IsBrokerAdmin));
    }

    [Fact]
    public async Task A_new_key_is_created_with_its_secret_and_never_shown_again()
    {
        await using GatewayHost host = await StartAsync();

        Answer answer = await host.SendAsync("POST", "/api/v1/keys", """{"user_id":"u1","description":"job","lifetime":"90d"}""", AdminToken);

        Assert.Equal((201, "/api/v1/keys/AK1"), (answer.Status, answer.Header("Location")));
        Assert.Equal(("AK1", "the-secret"), (answer.Json.GetProperty("access_key").GetString(), answer.Json.GetProperty("secret_key").GetString()));
        Assert.Equal(
            new NewAccessKeyCall { PrincipalId = "u1", Description = "job", Lifetime = TimeSpan.FromDays(90) },
            host.Grains.Admin.Calls.Last().Arguments[1]);
        foreach (string path in (string[])["/api/v1/keys", "/api/v1/keys/AK1"])
        {
            Assert.DoesNotContain("secret", (await host.SendAsync("GET", path, token: AdminToken)).Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_agents_key_belongs_to_an_agent_of_the_callers_project()
    {
        await using GatewayHost host = await StartAsync();
        string project = host.Grains.Identity.AddProject("team");

        await host.SendAsync("POST", "/api/v1/sources/web-1/agent-key", """{"description":"d"}""", WideToken, headers: ("X-Project-Id", project));

        var made = (NewPrincipal)host.Grains.Admin.Calls.Single(call => call.Method == "CreatePrincipalAsync").Arguments[1]!;
        Assert.Equal(
            new NewPrincipal { Name = "agent-web-1", DomainId = DefaultTenant.DomainId, ProjectId = project, ServerId = "web-1", Roles = Roles.Agent }, made);
        (await host.SendAsync("POST", "/api/v1/sources/no%20id/agent-key", null, AdminToken)).IsProblem(400, "invalid_argument");
    }

    [Theory]
    [InlineData("POST", "/api/v1/sources/web-1/agent-key", null)]
    [InlineData("POST", "/api/v1/sources/web-2/agent-key", null)]
    [InlineData("POST", "/api/v1/users", """{"name":"x","roles":["operator"],"password":"correct horse battery"}""")]
    [InlineData("GET", "/api/v1/users", null)]
    [InlineData("GET", "/api/v1/audit", null)]
    public async Task Whoever_is_bound_to_a_source_server_neither_administers_nor_audits_whatever_its_roles(string method, string path, string? body)
    {
        await using GatewayHost host = await StartAsync();
        host.Grains.Identity.AddToken("bound-token", host.Grains.Identity.AddPrincipal("bound", Roles.Admin | Roles.Auditor, serverId: "web-1"));

        (await host.SendAsync(method, path, body, "bound-token")).IsProblem(403, "unauthorized");

        Assert.Empty(host.Grains.Admin.Calls);
    }

    [Fact]
    public async Task Exchange_of_the_master_key_is_accepted_and_says_how_far_it_is()
    {
        await using GatewayHost host = await StartAsync();
        host.Grains.Admin.Answer("ShowReencryptionAsync", new ReencryptionView { State = ReencryptionState.Failed, ReencryptedCount = 1, RemainingCount = 2, Failure = "Down." });
        const string Path = "/api/v1/identity/reencrypt";

        Answer begun = await host.SendAsync("POST", Path, token: AdminToken);
        Assert.Equal((202, Path), (begun.Status, begun.Header("Location")));
        Assert.Equal("""{"state":"running","reencrypted_count":0,"remaining_count":3}""", begun.Body);
        Assert.Equal(
            """{"state":"failed","reencrypted_count":1,"remaining_count":2,"failure":"Down."}""", (await host.SendAsync("GET", Path, token: AdminToken)).Body);
    }

    [Fact]
    public async Task Pages_say_how_they_go_on()
    {
        await using GatewayHost host = await StartAsync();
        host.Grains.Admin.Answer("ListPrincipalsAsync", ImmutableArray.Create(Ada));
        host.Grains.Admin.Answer("ListKeysAsync", ImmutableArray.Create(Key));
        var created = new AuditEvent { At = DateTimeOffset.UnixEpoch, Action = "key.created", Actor = new AuditActor { DomainId = "d", Name = "ada" }, AuditNo = 17 };
        host.Grains.Admin.Answer("ReadAuditAsync", new AuditPageView([created], 16));

        Assert.Equal("ada", Next(await host.SendAsync("GET", "/api/v1/users?limit=1&after=a", token: AdminToken), "next_after"));
        Assert.Equal([DefaultTenant.DomainId, "a", 1], host.Grains.Admin.Calls.Last().Arguments[1..]);
        Assert.Equal("AK1", Next(await host.SendAsync("GET", "/api/v1/keys?limit=1&user_id=u1", token: AdminToken), "next_after"));
        Assert.Equal(["u1", null, 1], host.Grains.Admin.Calls.Last().Arguments[1..]);
        Assert.Equal("16", Next(await host.SendAsync("GET", "/api/v1/audit?limit=100", token: AdminToken), "next_before"));
        Assert.Null(Next(await host.SendAsync("GET", "/api/v1/users?limit=2", token: AdminToken), "next_after"));

        static string? Next(Answer answer, string member) => answer.Json.TryGetProperty(member, out JsonElement next) ? next.GetString() : null;
    }

    [Fact]
    public async Task The_audit_is_the_callers_domain_unless_it_administers_the_broker()
    {
        await using GatewayHost host = await StartAsync();

        await host.SendAsync("GET", "/api/v1/audit?action=key.&before=9&after=3&limit=5", token: AdminToken);
        Assert.Equal(
            new AuditQuery { DomainId = DefaultTenant.DomainId, ProjectId = DefaultTenant.ProjectId, ActionPrefix = "key.", Before = 9, After = 3, Limit = 5 },
            host.Grains.Admin.Calls.Last().Arguments[1]);

        await host.SendAsync("GET", "/api/v1/audit", token: WideToken);
        Assert.Equal(new AuditQuery(), host.Grains.Admin.Calls.Last().Arguments[1]);
    }

    [Fact]
    public async Task A_project_is_no_domain_and_a_domain_no_project()
    {
        await using GatewayHost host = await StartAsync();
        (await host.SendAsync("GET", "/api/v1/domains/p1", token: AdminToken)).IsProblem(404, "unknown_identity");
        (await host.SendAsync("PATCH", "/api/v1/domains/p1", """{"enabled":false}""", AdminToken)).IsProblem(404, "unknown_identity");
        Assert.Equal(5, (await host.SendAsync("GET", "/api/v1/projects/p1", token: AdminToken)).Json.GetProperty("max_source_servers").GetInt32());
        Assert.DoesNotContain(host.Grains.Admin.Calls, call => call.Method == "ChangeTenantAsync");
    }

    [Theory]
    [InlineData("POST", "/api/v1/domains", "{}")]
    [InlineData("POST", "/api/v1/users", """{"name":"ada"}""")]
    [InlineData("POST", "/api/v1/users", """{"name":"ada","roles":["root"]}""")]
    [InlineData("POST", "/api/v1/users", """{"name":"ada","roles":[],"server_id":"no id"}""")]
    [InlineData("POST", "/api/v1/keys", "{}")]
    [InlineData("POST", "/api/v1/keys", """{"user_id":"u1","lifetime":"soon"}""")]
    [InlineData("POST", "/api/v1/keys/AK1/rotate", """{"overlap":"1y"}""")]
    [InlineData("PATCH", "/api/v1/keys/AK1", "{}")]
    [InlineData("PATCH", "/api/v1/projects/p1", "no json")]
    [InlineData("GET", "/api/v1/users?limit=0", null)]
    [InlineData("GET", "/api/v1/users?limit=1001", null)]
    [InlineData("GET", "/api/v1/users?name=", null)]
    [InlineData("GET", "/api/v1/audit?before=x", null)]
    public async Task What_cannot_be_read_is_refused_before_the_grain_is_asked(string method, string path, string? body)
    {
        await using GatewayHost host = await StartAsync();
        (await host.SendAsync(method, path, body, AdminToken)).IsProblem(400, "invalid_argument");
        Assert.Empty(host.Grains.Admin.Calls);
    }

    [Theory]
    [InlineData("DELETE", "/api/v1/domains", "GET,POST")]
    [InlineData("DELETE", "/api/v1/projects/p1", "GET,PATCH")]
    [InlineData("PUT", "/api/v1/users/u1", "DELETE,GET,PATCH")]
    [InlineData("GET", "/api/v1/keys/AK1/rotate", "POST")]
    [InlineData("POST", "/api/v1/audit", "GET")]
    public async Task A_wrong_method_names_the_right_ones(string method, string path, string allowed)
    {
        await using GatewayHost host = await StartAsync();
        Answer answer = (await host.SendAsync(method, path, token: AdminToken)).IsProblem(405, "invalid_argument");
        Assert.Equal(allowed, string.Join(',', answer.ContentHeaders.Allow.Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData(BrokerErrorReason.IdentityExists, 409, "identity_exists", false)]
    [InlineData(BrokerErrorReason.Unauthorized, 403, "unauthorized", false)]
    [InlineData(BrokerErrorReason.WrongState, 409, "wrong_state", false)]
    [InlineData(BrokerErrorReason.StorageUnavailable, 503, "storage_unavailable", true)]
    public async Task A_refusal_keeps_its_reason(BrokerErrorReason reason, int status, string name, bool transient)
    {
        await using GatewayHost host = await StartAsync();
        host.Grains.Admin.Failure = new BrokerException(reason, "Because.");
        (await host.SendAsync("POST", "/api/v1/domains", """{"name":"north"}""", AdminToken)).IsProblem(status, name, transient);
    }

    private static async Task<GatewayHost> StartAsync()
    {
        GatewayHost host = await GatewayHost.StartAsync(grains =>
        {
            FakeIdentity identity = grains.Identity;
            identity.AddToken(AdminToken, identity.AddPrincipal("alice", Roles.Admin));
            identity.AddToken(AuditorToken, identity.AddPrincipal("arthur", Roles.Auditor));
            identity.AddToken(WideToken, identity.AddPrincipal("root", Roles.Admin, isDomainWide: true));
        });
        FakeIdentityAdmin admin = host.Grains.Admin;
        admin.Answer("CreateDomainAsync", Domain);
        admin.Answer("CreateProjectAsync", Project);
        admin.Answer("ChangeTenantAsync", Project);
        admin.Answer("ShowTenantAsync", arguments => (string?)arguments[1] == "d1" ? Domain : Project);
        admin.Answer("CreatePrincipalAsync", arguments => arguments[1] is NewPrincipal wanted
            ? Ada with { Name = wanted.Name, ProjectId = wanted.ProjectId ?? "p0", ServerId = wanted.ServerId, Roles = wanted.Roles }
            : throw new NotSupportedException());
        admin.Answer<PrincipalView?>("ShowPrincipalAsync", Ada);
        admin.Answer("ChangePrincipalAsync", Ada);
        admin.Answer("CreateKeyAsync", Made);
        admin.Answer("RotateKeyAsync", Made);
        admin.Answer<AccessKeyView?>("ShowKeyAsync", Key);
        admin.Answer("EnableKeyAsync", Key);
        admin.Answer("StartReencryptionAsync", Run);
        admin.Answer("ShowReencryptionAsync", Run);
        return host;
    }
}
