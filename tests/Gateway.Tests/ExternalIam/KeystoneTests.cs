using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.ExternalIam;
using CommandBroker.Gateway.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Gateway.Tests.ExternalIam;

/// <summary>Whose a Keystone's token is, and what it may do.</summary>
public sealed class KeystoneTests
{
    private static readonly DateTimeOffset Later = DateTimeOffset.UtcNow.AddHours(1);

    [Fact]
    public async Task Token_of_a_project_polls_there_and_finds_nothing_elsewhere()
    {
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(keystone);
        keystone.Tokens["t1"] = new StubToken(Later, "agent");
        keystone.Tokens["t3"] = new StubToken(Later, "agent") { ProjectId = "p3" };
        await host.PollAsync("t1");
        Assert.Equal(["Poll"], host.Grains.Servers["p1/s1"].Calls);
        Answer foreign = await host.PollAsync("t3", 404);
        Answer unknown = await host.PollAsync("t1", 404, "/v3/sources/s9/command");
        Assert.Equal(unknown.Body, foreign.Body);
        Assert.DoesNotContain("p3/s1", host.Grains.Servers.Keys);
    }

    [Theory]
    [InlineData("agent", 200, 403, 403)]
    [InlineData("operator", 200, 201, 200)]
    [InlineData("Member", 200, 201, 200)]
    [InlineData("reader", 403, 403, 200)]
    [InlineData("something", 403, 403, 403)]
    public async Task Roles_there_give_roles_here_by_the_default_map(string role, int poll, int enqueue, int list)
    {
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(keystone);
        keystone.Tokens["t"] = new StubToken(Later, role);
        await host.PollAsync("t", poll);
        Assert.Equal(enqueue, (await host.SendAsync("POST", "/api/v1/sources/s1/commands", """{"command_name":"START"}""", "t")).Status);
        Assert.Equal(list, (await host.SendAsync("GET", "/v3/sources", token: "t")).Status);
    }

    [Fact]
    public async Task Roles_follow_a_map_of_the_settings_and_a_403_names_what_is_missing()
    {
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(keystone, settings: ("Identity:Keystone:RoleMap", "poller = agent; boss=operator,admin"));
        keystone.Tokens["poller"] = new StubToken(Later, "POLLER");
        keystone.Tokens["agent"] = new StubToken(Later, "agent");
        await host.PollAsync("poller");
        Answer refused = (await host.PollAsync("agent", 403)).IsVendorError(403, "SMS.9004");
        Assert.Contains("sms:server:getCommand", refused.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("2d7b94e60c1f4f8fb35a7c9e84d10f63", "d1")]
    [InlineData("p1", "8f0c6a1d3b7e4c52a9d4e1f07b36c5a2")]
    [InlineData("no/project", "d1")]
    [InlineData(null, "2d7b94e60c1f4f8fb35a7c9e84d10f63")]
    public async Task Token_without_a_tenant_or_with_one_that_only_the_map_may_give_is_refused(string? project, string? domain)
    {
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(keystone);
        keystone.Tokens["t"] = new StubToken(Later, "operator") { ProjectId = project, DomainId = domain };
        (await host.PollAsync("t", 401)).IsVendorError(401, "APIGW.0301");
    }

    [Fact]
    public async Task Mapped_project_is_one_of_the_brokers_own_with_its_limits()
    {
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(
            keystone, null, ("Identity:External:Projects", $"kp={DefaultTenant.ProjectId}; kq={FakeIdentity.Id("closed")}"), ("Identity:External:Domains", $"kd={DefaultTenant.DomainId}"));
        host.Grains.Identity.Projects[0] = host.Grains.Identity.Projects[0] with { MaxRequestsPerSecond = 1 };
        host.Grains.Identity.AddProject("closed", isEnabled: false);
        keystone.Tokens["t"] = new StubToken(Later, "agent") { ProjectId = "kp", DomainId = "kd" };
        keystone.Tokens["closed"] = new StubToken(Later, "agent") { ProjectId = "kq", DomainId = "kd" };
        await host.PollAsync("closed", 401);
        await host.PollAsync("t");
        Assert.Equal(["Poll"], host.Grains.Servers["s1"].Calls);
        (await host.PollAsync("t", 429)).IsVendorError(429, "APIGW.0308");
    }

    [Fact]
    public async Task Project_that_is_mapped_without_its_domain_has_the_switch_and_the_limits()
    {
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(
            keystone, null, ("Identity:External:Projects", $"kp={DefaultTenant.ProjectId}; kq={FakeIdentity.Id("closed")}"));
        host.Grains.Identity.Projects[0] = host.Grains.Identity.Projects[0] with { MaxRequestsPerSecond = 1 };
        host.Grains.Identity.AddProject("closed", isEnabled: false);
        keystone.Tokens["t"] = new StubToken(Later, "agent") { ProjectId = "kp", DomainId = "kd" };
        keystone.Tokens["closed"] = new StubToken(Later, "agent") { ProjectId = "kq", DomainId = "kd" };
        await host.PollAsync("closed", 401);
        await host.PollAsync("t");
        (await host.PollAsync("t", 429)).IsVendorError(429, "APIGW.0308");
    }

    [Theory]
    [InlineData(DefaultTenant.ProjectId, false)]
    [InlineData(DefaultTenant.DomainId, false)]
    [InlineData(DefaultTenant.ProjectId, true)]
    public async Task Mapped_tenant_that_is_disabled_is_refused_after_the_next_refresh_without_asking_the_keystone(string tenantId, bool isDown)
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using StubKeystone keystone = await new StubKeystone { Clock = clock }.StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(
            keystone, clock, ("Identity:External:Projects", $"kp={DefaultTenant.ProjectId}"), ("Identity:External:Domains", $"kd={DefaultTenant.DomainId}"));
        keystone.Tokens["t"] = new StubToken(Later, "agent") { ProjectId = "kp", DomainId = "kd" };
        await host.PollAsync("t");
        int before = keystone.Validations;
        if (isDown)
        {
            keystone.IsDown = true;
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        host.Grains.Identity.DisableTenant(tenantId);
        Assert.True(await host.RefreshAsync());
        (await host.PollAsync("t", 401)).IsVendorError(401, "APIGW.0301");
        Assert.Equal(before, keystone.Validations);
    }

    [Fact]
    public async Task Mapped_project_that_is_disabled_while_it_is_looked_up_is_refused_from_the_next_request_on()
    {
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(
            keystone, null, ("Identity:External:Projects", $"kp={DefaultTenant.ProjectId}"), ("Identity:External:Domains", $"kd={DefaultTenant.DomainId}"));
        FakeIdentity fake = host.Grains.Identity;
        keystone.Tokens["before"] = new StubToken(Later, "agent") { ProjectId = "p2", DomainId = "kd" };
        keystone.Tokens["t"] = new StubToken(Later, "agent") { ProjectId = "kp", DomainId = "kd" };
        await host.PollAsync("before");
        var gate = new TaskCompletionSource();
        fake.Delay = gate.Task;
        Task<Answer> slow = host.PollAsync("t");
        await fake.UntilAskedAsync("FindTenant " + DefaultTenant.ProjectId);
        fake.Delay = null;
        fake.DisableTenant(DefaultTenant.ProjectId);
        Assert.True(await host.RefreshAsync());
        gate.SetResult();
        await slow;
        (await host.PollAsync("t", 401)).IsVendorError(401, "APIGW.0301");
    }

    [Fact]
    public async Task Tenant_that_the_broker_made_is_reached_by_the_mapping_alone()
    {
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(keystone, null, ("Identity:External:Domains", $"off={FakeIdentity.Id("north")}"));
        FakeIdentity fake = host.Grains.Identity;
        string made = fake.AddProject("made", domainId: FakeIdentity.Id("north"));
        fake.Domains.Add(new TenantView { TenantId = FakeIdentity.Id("north"), Name = "north", IsEnabled = false });
        keystone.Tokens["project"] = new StubToken(Later, "agent") { ProjectId = made, DomainId = "kd" };
        keystone.Tokens["domain"] = new StubToken(Later, "admin") { ProjectId = "p1", DomainId = FakeIdentity.Id("north") };
        keystone.Tokens["disabled"] = new StubToken(Later, "agent") { ProjectId = "p1", DomainId = "off" };

        (await host.PollAsync("project", 401)).IsVendorError(401, "APIGW.0301");
        (await host.PollAsync("domain", 401)).IsVendorError(401, "APIGW.0301");
        (await host.PollAsync("disabled", 401)).IsVendorError(401, "APIGW.0301");
    }

    [Fact]
    public async Task Token_of_a_whole_domain_counts_in_the_project_that_the_request_names()
    {
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(keystone, settings: ("Identity:External:Domains", $"kd={DefaultTenant.DomainId}"));
        string other = host.Grains.Identity.AddProject("other");
        host.Grains.Register($"{other}/s1");
        keystone.Tokens["mapped"] = new StubToken(Later, "operator") { ProjectId = null, DomainId = "kd" };
        keystone.Tokens["unmapped"] = new StubToken(Later, "operator") { ProjectId = null };
        await host.PollAsync("mapped");
        Assert.Equal(200, (await host.SendAsync("GET", ExternalGateway.Poll, token: "mapped", headers: ("X-Project-Id", other))).Status);
        Assert.Equal(["Poll"], host.Grains.Servers["s1"].Calls);
        Assert.Equal(["Poll"], host.Grains.Servers[$"{other}/s1"].Calls);
        await host.PollAsync("unmapped");
        Assert.Equal(["Poll"], host.Grains.Servers["d1/s1"].Calls);
        Assert.Equal(401, (await host.SendAsync("GET", ExternalGateway.Poll, token: "unmapped", headers: ("X-Project-Id", other))).Status);
    }

    [Fact]
    public async Task Token_is_refused_as_in_any_mode_and_the_brokers_own_tokens_count_no_more()
    {
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(keystone);
        string issued = host.Grains.Identity.Issue(host.Grains.Identity.AddPrincipal("ann", Roles.Agent)).Text;
        foreach (string token in (string[])["nobody", FakeIdentity.AgentToken, issued, "\"quoted\", text"])
        {
            (await host.PollAsync(token, 401)).IsNotValid();
        }

        int asked = keystone.Validations;
        foreach (string token in (string[])["t\u00e4g", "t\r\nX-Auth-Token: service-1", "a b"])
        {
            Proof proof = await host.Services.GetRequiredService<ExternalTokens>().AskAsync(token, TokenHash.Of(token), default);
            Assert.Equal(AdmissionRule.TokenUnknown, proof.Refusal?.Rule);
        }

        Assert.Equal(asked, keystone.Validations);
        Assert.DoesNotContain(host.Grains.Identity.Calls, call => call.StartsWith("FindToken", StringComparison.Ordinal));
        (await host.SendAsync("GET", ExternalGateway.Poll, token: null)).IsVendorError(401, "APIGW.0301");
        (await host.SendAsync("GET", ExternalGateway.Poll, token: null, headers: ("Authorization", "Bearer nobody"))).IsVendorError(401, "APIGW.0301");
    }

    [Fact]
    public async Task Signatures_by_the_brokers_own_keys_count_on_unless_they_are_switched_off()
    {
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        var signer = new RequestSigner(ExternalGateway.AccessKey, ExternalGateway.Secret);
        await using (GatewayHost host = await ExternalGateway.StartAsync(keystone))
        {
            keystone.IsDown = true;
            Assert.Equal(200, (await host.SendAsync("GET", ExternalGateway.Poll, token: null, headers: signer.Sign("GET", ExternalGateway.Poll))).Status);
            Answer domains = await host.SendAsync("GET", "/v3/auth/domains", token: null, headers: signer.Sign("GET", "/v3/auth/domains"));
            Assert.Equal(DefaultTenant.DomainId, domains.Json.GetProperty("domains")[0].GetProperty("id").GetString());
            Answer projects = await host.SendAsync("GET", "/v3/projects?name=cn-north-4", token: null, headers: signer.Sign("GET", "/v3/projects?name=cn-north-4"));
            Assert.Equal(DefaultTenant.ProjectId, projects.Json.GetProperty("projects")[0].GetProperty("id").GetString());
        }

        keystone.IsDown = false;
        await using GatewayHost off = await ExternalGateway.StartAsync(keystone, settings: ("Identity:AcceptSignatures", "false"));
        Answer refused = await off.SendAsync("GET", ExternalGateway.Poll, token: null, headers: signer.Sign("GET", ExternalGateway.Poll));
        Assert.Contains("signatures are not accepted", refused.IsVendorError(401, "APIGW.0301").Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task Route_of_tokens_says_that_they_are_not_made_here(string method)
    {
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(keystone);
        Answer answer = await host.SendAsync(method, "/v3/auth/tokens", method == "POST" ? "{}" : null, token: null);
        Assert.Equal(404, answer.Status);
        Assert.Equal(404, answer.Json.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Contains("Identity:Mode", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_are_bounded_and_in_one_line_before_they_reach_logs_and_rows()
    {
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(keystone);
        keystone.Tokens["t"] = new StubToken(Later, "operator") { UserName = "ann\r\nroot" + new string('x', 300) };
        Assert.Equal(201, (await host.SendAsync("POST", "/api/v1/sources/s1/commands", """{"command_name":"START"}""", "t")).Status);
        string actor = Assert.Single(host.Grains.Servers["p1/s1"].Actors);
        Assert.StartsWith("ann??root", actor, StringComparison.Ordinal);
        Assert.Equal(64, actor.Length);
    }
}
