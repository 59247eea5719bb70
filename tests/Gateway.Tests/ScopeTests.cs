using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class ScopeTests
{
    private const string Poll = "/v3/sources/s1/command";

    [Theory]
    [InlineData("X-Domain-Id", DefaultTenant.DomainId, 200)]
    [InlineData("X-Domain-Id", "other", 401)]
    [InlineData("X-Domain-Id", "", 401)]
    [InlineData("X-Project-Id", DefaultTenant.ProjectId, 200)]
    [InlineData("X-Project-Id", "other", 401)]
    [InlineData("X-Project-Id", "", 401)]
    public async Task Domain_and_project_that_are_sent_must_be_the_callers(string header, string value, int status)
    {
        await using GatewayHost host = await TokenAdmissionTests.StartAsync();
        Assert.Equal(status, (await host.SendAsync("GET", Poll, headers: (header, value))).Status);
    }

    [Theory]
    [InlineData("X-Domain-Id", DefaultTenant.DomainId)]
    [InlineData("X-Project-Id", DefaultTenant.ProjectId)]
    public async Task Domain_and_project_must_not_be_sent_twice(string header, string value)
    {
        await using GatewayHost host = await TokenAdmissionTests.StartAsync();
        (await host.SendAsync("GET", Poll, headers: [(header, value), (header, value)])).IsVendorError(401, "APIGW.0301");
    }

    [Fact]
    public async Task Domain_wide_principal_works_in_the_project_it_names_and_in_no_foreign_or_disabled_one()
    {
        await using GatewayHost host = await TokenAdmissionTests.StartAsync(identity =>
            identity.AddToken("wide", identity.AddPrincipal("wide", Roles.Operator, isDomainWide: true)));
        FakeIdentity fake = host.Grains.Identity;
        string other = fake.AddProject("other");
        string off = fake.AddProject("off", isEnabled: false);
        string foreign = fake.AddProject("foreign", domainId: "elsewhere");
        host.Grains.DirectoryGrain.Ids[$"{other}/s1"] = true;
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: "wide", headers: ("X-Project-Id", other))).Status);
        Assert.Contains($"Exist {other}/s1", host.Grains.DirectoryGrain.Calls);
        foreach (string project in (string[])[off, foreign, "none"])
        {
            (await host.SendAsync("GET", Poll, token: "wide", headers: ("X-Project-Id", project))).IsVendorError(401, "APIGW.0301");
        }

        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: "wide")).Status);
        Assert.Contains("Exist s1", host.Grains.DirectoryGrain.Calls);
    }

    [Fact]
    public async Task Disabled_project_is_refused_after_the_next_refresh_and_a_new_one_is_found()
    {
        await using GatewayHost host = await TokenAdmissionTests.StartAsync(identity =>
            identity.AddToken("wide", identity.AddPrincipal("wide", Roles.Operator, isDomainWide: true)));
        FakeIdentity fake = host.Grains.Identity;
        string other = fake.AddProject("other");
        host.Grains.DirectoryGrain.Ids[$"{other}/s1"] = true;
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: "wide", headers: ("X-Project-Id", other))).Status);
        fake.Projects[^1] = fake.Projects[^1] with { IsEnabled = false };
        fake.Tell(IdentityChangeKind.Tenant, other);
        Assert.True(await host.RefreshAsync());
        (await host.SendAsync("GET", Poll, token: "wide", headers: ("X-Project-Id", other))).IsVendorError(401, "APIGW.0301");

        string later = fake.AddProject("later");
        fake.Tell(IdentityChangeKind.Tenant, later);
        host.Grains.DirectoryGrain.Ids[$"{later}/s1"] = true;
        Assert.True(await host.RefreshAsync());
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: "wide", headers: ("X-Project-Id", later))).Status);
    }

    [Fact]
    public async Task Project_that_is_disabled_while_it_is_looked_up_is_refused_from_the_next_request_on()
    {
        await using GatewayHost host = await TokenAdmissionTests.StartAsync(identity =>
            identity.AddToken("wide", identity.AddPrincipal("wide", Roles.Operator, isDomainWide: true)));
        FakeIdentity fake = host.Grains.Identity;
        string other = fake.AddProject("other");
        host.Grains.DirectoryGrain.Ids[$"{other}/s1"] = true;
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: "wide")).Status);
        var gate = new TaskCompletionSource();
        fake.Delay = gate.Task;
        Task<Answer> slow = host.SendAsync("GET", Poll, token: "wide", headers: ("X-Project-Id", other));
        await fake.UntilAskedAsync("FindTenant " + other);

        fake.Delay = null;
        fake.DisableTenant(other);
        Assert.True(await host.RefreshAsync());
        gate.SetResult();
        Assert.Equal(200, (await slow).Status);
        (await host.SendAsync("GET", Poll, token: "wide", headers: ("X-Project-Id", other))).IsVendorError(401, "APIGW.0301");
    }

    [Fact]
    public async Task Project_that_was_just_made_counts_at_once_and_so_does_the_last_of_many()
    {
        await using GatewayHost host = await TokenAdmissionTests.StartAsync(identity =>
            identity.AddToken("wide", identity.AddPrincipal("wide", Roles.Operator, isDomainWide: true)));
        FakeIdentity fake = host.Grains.Identity;
        string early = fake.AddProject("early");
        host.Grains.DirectoryGrain.Ids[$"{early}/s1"] = true;
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: "wide", headers: ("X-Project-Id", early))).Status);

        string last = "";
        for (int number = 0; number <= 1_000; number++)
        {
            last = fake.AddProject($"late-{number:0000}");
        }

        host.Grains.DirectoryGrain.Ids[$"{last}/s1"] = true;
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: "wide", headers: ("X-Project-Id", last))).Status);
    }

    [Fact]
    public async Task Project_scoped_token_of_a_domain_wide_principal_counts_for_its_project_alone_and_a_domain_scoped_one_for_all()
    {
        await using GatewayHost host = await TokenAdmissionTests.StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        PrincipalView wide = fake.AddPrincipal("wide", Roles.Operator, isDomainWide: true);
        string other = fake.AddProject("other");
        host.Grains.DirectoryGrain.Ids[$"{other}/s1"] = true;
        string narrow = fake.Issue(wide, projectId: other).Text;
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: narrow)).Status);
        Assert.Contains($"Exist {other}/s1", host.Grains.DirectoryGrain.Calls);
        (await host.SendAsync("GET", Poll, token: narrow, headers: ("X-Project-Id", DefaultTenant.ProjectId))).IsVendorError(401, "APIGW.0301");
        string all = fake.Issue(wide, isDomainScoped: true).Text;
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: all, headers: ("X-Project-Id", other))).Status);
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: all)).Status);
    }

    [Theory]
    [InlineData("POST", "/api/v1/domains", """{"name":"n"}""")]
    [InlineData("GET", "/api/v1/domains", null)]
    [InlineData("GET", "/api/v1/users", null)]
    [InlineData("POST", "/api/v1/users", """{"name":"n","roles":["admin"],"domain_wide":true}""")]
    [InlineData("GET", "/api/v1/audit", null)]
    public async Task Project_scoped_token_of_a_domain_wide_administrator_administers_its_project_alone(string method, string path, string? body)
    {
        await using GatewayHost host = await TokenAdmissionTests.StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        FakeIdentityAdmin admin = host.Grains.Admin;
        PrincipalView wide = fake.AddPrincipal("root", Roles.Admin | Roles.Auditor, isDomainWide: true);
        string other = fake.AddProject("other");
        admin.Failure = new BrokerException(BrokerErrorReason.Unauthorized, "No.");
        await host.SendAsync(method, path, body, token: fake.Issue(wide, projectId: other).Text);
        Assert.Equal((false, other), (admin.Caller.IsBrokerAdmin, admin.Caller.ProjectId));
        await host.SendAsync(method, path, body, token: fake.Issue(wide).Text);
        Assert.Equal((false, DefaultTenant.ProjectId), (admin.Caller.IsBrokerAdmin, admin.Caller.ProjectId));
        await host.SendAsync(method, path, body, token: fake.Issue(wide, isDomainScoped: true).Text);
        Assert.True(admin.Caller.IsBrokerAdmin);
    }

    [Fact]
    public async Task Token_for_a_project_that_its_principal_may_not_work_in_is_refused()
    {
        await using GatewayHost host = await TokenAdmissionTests.StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        string other = fake.AddProject("other");
        (await host.SendAsync("GET", Poll, token: fake.Issue(fake.AddPrincipal("ann", Roles.Agent), projectId: other).Text)).IsVendorError(401, "APIGW.0301");
    }

    [Fact]
    public async Task Bound_principal_sees_its_own_source_server_and_asks_for_no_other()
    {
        await using GatewayHost host = await TokenAdmissionTests.StartAsync(identity =>
            identity.AddToken("bound", identity.AddPrincipal("bound", Roles.Agent | Roles.Operator, serverId: "s1")));
        host.Grains.Register("s2");
        string body = (await host.SendAsync("GET", "/v3/sources/none/command", token: "bound")).IsVendorError(404, "SMS.7602").Body;
        foreach ((string method, string path, string? sent) in ((string, string, string?)[])
            [
                ("GET", "/v3/sources/s2/command", null),
                ("POST", "/v3/sources/s2/command_result", """{"command_name":"A","result":"success","result_detail":""}"""),
                ("GET", "/v3/sources/s2", null),
                ("PUT", "/v3/sources/s2", """{"name":"n"}"""),
                ("DELETE", "/v3/sources/s2", null),
                ("POST", "/v3/sources", """{"id":"s2","name":"n","os_type":"LINUX"}"""),
            ])
        {
            Assert.Equal(body, (await host.SendAsync(method, path, sent, token: "bound")).IsVendorError(404, "SMS.7602").Body);
        }

        (await host.SendAsync("GET", "/api/v1/sources/s2/commands", token: "bound")).IsProblem(404, "unknown_source_server");
        Answer batch = await host.SendAsync("POST", "/api/v1/commands", """{"server_id":"s2","command_name":"A"}""", token: "bound");
        Assert.Contains("unknown_source_server", batch.Body, StringComparison.Ordinal);
        Assert.Empty(host.Grains.DirectoryGrain.Calls);
        Assert.Equal(0, host.Grains.ReferenceCount);
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: "bound")).Status);
        Assert.Equal((1, 1), Counts(await host.SendAsync("GET", "/v3/sources?limit=10", token: "bound")));

        // Whoever reads page by page comes to an end, and a filter counts.
        Assert.Equal((1, 0), Counts(await host.SendAsync("GET", "/v3/sources?limit=1&offset=1", token: "bound")));
        Assert.Equal((0, 0), Counts(await host.SendAsync("GET", "/v3/sources?id=s2", token: "bound")));
        await host.SendAsync("GET", "/v3/sources?name=we&state=waiting", token: "bound");
        Assert.Equal(("we", false), (host.Grains.DirectoryGrain.Query!.NameContains, host.Grains.DirectoryGrain.Query.Quarantined));
        Assert.All(host.Grains.DirectoryGrain.Queries, query => Assert.Equal("s1", query.ServerId));
    }

    private static (int All, int Listed) Counts(Answer answer) =>
        (answer.Json.GetProperty("count").GetInt32(), answer.Json.GetProperty("source_servers").GetArrayLength());

    [Fact]
    public async Task Bound_principal_that_names_no_id_registers_its_own()
    {
        await using GatewayHost host = await TokenAdmissionTests.StartAsync(identity =>
            identity.AddToken("bound", identity.AddPrincipal("bound", Roles.Agent, serverId: "s1")));
        Answer answer = await host.SendAsync("POST", "/v3/sources", """{"name":"n","os_type":"LINUX"}""", token: "bound");
        Assert.Equal("s1", answer.Json.GetProperty("id").GetString());
        Assert.Equal("s1", host.Grains.DirectoryGrain.Registered!.ServerId);
    }

    [Fact]
    public async Task Project_with_a_quota_is_throttled_and_served_again_later_while_others_are_not_disturbed()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using GatewayHost host = await TokenAdmissionTests.StartAsync(clock: clock);
        FakeIdentity fake = host.Grains.Identity;
        string busy = fake.AddProject("busy");
        fake.AddToken("one", fake.AddPrincipal("one", Roles.Agent, projectId: busy, perSecond: 2));
        fake.AddToken("two", fake.AddPrincipal("two", Roles.Agent, projectId: busy, perSecond: 2));
        host.Grains.DirectoryGrain.Ids[$"{busy}/s1"] = true;
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: "one")).Status);
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: "two")).Status);
        Answer refused = (await host.SendAsync("GET", Poll, token: "one")).IsVendorError(429, "APIGW.0308");
        Assert.Equal("1", refused.Header("Retry-After"));
        (await host.SendAsync("GET", "/api/v1/sources/s1/commands", token: "two")).IsProblem(429, "throttled", transient: true);
        Assert.Equal(200, (await host.SendAsync("GET", Poll)).Status);
        clock.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: "two")).Status);
    }

    [Fact]
    public async Task Project_that_a_domain_wide_principal_selects_has_the_default_budget()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using GatewayHost host = await TokenAdmissionTests.StartAsync(
            identity => identity.AddToken("wide", identity.AddPrincipal("wide", Roles.Operator, isDomainWide: true, perSecond: 100)),
            clock,
            new() { ["Identity:DefaultRequestsPerSecond"] = "1" });
        string other = host.Grains.Identity.AddProject("other");
        host.Grains.DirectoryGrain.Ids[$"{other}/s1"] = true;
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: "wide", headers: ("X-Project-Id", other))).Status);
        (await host.SendAsync("GET", Poll, token: "wide", headers: ("X-Project-Id", other))).IsVendorError(429, "APIGW.0308");
        Assert.Equal(200, (await host.SendAsync("GET", Poll, token: "wide")).Status);
    }
}
