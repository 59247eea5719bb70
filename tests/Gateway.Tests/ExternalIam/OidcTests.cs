using System.Security.Cryptography;
using CommandBroker.Contracts.Identity;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Gateway.Tests.ExternalIam;

/// <summary>JWTs of an OpenID provider.</summary>
public sealed class OidcTests
{
    [Fact]
    public async Task Token_is_taken_from_either_header_and_not_from_both()
    {
        await using StubOidc provider = await new StubOidc().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(provider);
        string token = provider.Issue();
        await host.PollAsync(token);
        foreach (string scheme in (string[])["Bearer", "bearer"])
        {
            Assert.Equal(200, (await host.SendAsync("GET", ExternalGateway.Poll, token: null, headers: ("Authorization", $"{scheme} {token}"))).Status);
        }

        Assert.Equal(["Poll", "Poll", "Poll"], host.Grains.Servers["p1/s1"].Calls);
        (await host.SendAsync("GET", ExternalGateway.Poll, token: token, headers: ("Authorization", $"Bearer {token}"))).IsVendorError(401, "APIGW.0301");
        (await host.SendAsync("GET", ExternalGateway.Poll, token: null, headers: ("Authorization", "Bearer "))).IsVendorError(401, "APIGW.0301");
        (await host.PollAsync(provider.Issue(("project_id", "p3")), 404)).IsVendorError(404, "SMS.7602");
    }

    [Fact]
    public async Task Token_that_is_not_to_the_letter_what_it_must_be_is_refused_as_in_any_mode()
    {
        await using StubOidc provider = await new StubOidc().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(provider);
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string good = provider.Issue();
        Dictionary<string, string> wrong = new()
        {
            ["another audience"] = provider.Issue(("aud", "somebody-else")),
            ["no audience"] = provider.Issue(("aud", null)),
            ["another issuer"] = provider.Issue(("iss", "http://elsewhere.example")),
            ["no issuer"] = provider.Issue(("iss", null)),
            ["no end"] = provider.Issue(("exp", null)),
            ["not yet"] = provider.Issue(("nbf", now + 600)),
            ["no subject"] = provider.Issue(("sub", null)),
            ["no signature"] = provider.IssueWith(new { alg = "none", typ = "JWT" }, _ => []),
            ["a public key as secret"] = provider.IssueWith(new { alg = "HS256", typ = "JWT", kid = provider.KeyId }, text => HMACSHA256.HashData(provider.PublicKey(), text)),
            ["a stranger's key"] = provider.IssueWith(new { alg = "ES256", typ = "JWT", kid = provider.KeyId }, text => stranger.SignData(text, HashAlgorithmName.SHA256)),
            ["a stranger's key without a name"] = provider.IssueWith(new { alg = "ES256", typ = "JWT" }, text => stranger.SignData(text, HashAlgorithmName.SHA256)),
            ["another token's claims"] = $"{good.Split('.')[0]}.{provider.Issue(("roles", "admin")).Split('.')[1]}.{good.Split('.')[2]}",
            ["no token"] = "nobody",
            ["one of the broker's"] = FakeIdentity.AgentToken,
        };
        foreach ((string why, string token) in wrong)
        {
            Answer answer = await host.SendAsync("GET", ExternalGateway.Poll, token: token);
            Assert.True(answer.Status == 401, $"{why}: {answer.Status}");
            answer.IsNotValid();
        }

        Assert.Contains("expired", (await host.PollAsync(provider.Issue(("exp", now - 1)), 401)).Body, StringComparison.Ordinal);
        await host.PollAsync(good);
    }

    [Fact]
    public async Task Token_counts_to_its_end_and_not_longer()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using StubOidc provider = await new StubOidc().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(provider, clock);
        DateTimeOffset end = DateTimeOffset.FromUnixTimeSeconds(clock.GetUtcNow().ToUnixTimeSeconds() + 30);
        string token = provider.Issue(("exp", end.ToUnixTimeSeconds()));
        await host.PollAsync(token);
        clock.SetUtcNow(end - TimeSpan.FromMilliseconds(1));
        await host.PollAsync(token);
        clock.SetUtcNow(end);
        Assert.Contains("expired", (await host.PollAsync(token, 401)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_key_counts_at_once_and_an_old_one_no_more_once_it_is_known_to_be_gone()
    {
        await using StubOidc provider = await new StubOidc().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(provider);
        string old = provider.Issue(("jti", "1"));
        string oldUnseen = provider.Issue(("jti", "2"));
        await host.PollAsync(old);
        provider.AddKey();
        provider.RemoveOldKey();
        await host.PollAsync(provider.Issue());
        Assert.Equal(2, provider.KeyReads);
        (await host.PollAsync(oldUnseen, 401)).IsNotValid();
    }

    [Fact]
    public async Task Made_up_key_names_do_not_wear_out_the_provider()
    {
        await using StubOidc provider = await new StubOidc().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(provider, settings: ("Identity:Oidc:KeyRefreshInterval", "01:00:00"));
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        for (int number = 0; number < 50; number++)
        {
            string token = provider.IssueWith(new { alg = "ES256", typ = "JWT", kid = $"made-up-{number}" }, text => stranger.SignData(text, HashAlgorithmName.SHA256));
            (await host.PollAsync(token, 401)).IsNotValid();
        }

        Assert.InRange(provider.KeyReads, 1, 2);
    }

    [Fact]
    public async Task Provider_that_is_not_there_yet_is_waited_for_and_found_without_a_restart()
    {
        await using var provider = new StubOidc { IsDown = true };
        await provider.StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(provider, settings: ("Identity:Oidc:KeyRefreshInterval", "00:00:01"));
        string token = provider.Issue();
        (await host.PollAsync(token, 503)).IsUnavailable();
        Answer notReady = await host.SendAsync("GET", "/readyz", token: null);
        Assert.Equal((503, """{"status":"not ready","missing":"iam"}"""), (notReady.Status, notReady.Body));
        provider.IsDown = false;
        await ExternalGateway.UntilAsync(async () => (await host.SendAsync("GET", "/readyz", token: null)).Status == 200);
        await host.PollAsync(token);
    }

    [Fact]
    public async Task Provider_that_is_gone_is_not_missed_until_a_key_is_unknown_or_its_keys_are_too_old()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using StubOidc provider = await new StubOidc().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(
            provider, clock, ("Identity:MaxStaleness", "01:00:00"), ("Identity:Oidc:MaxMetadataAge", "01:00:00"));
        string seen = provider.Issue(("exp", clock.GetUtcNow().AddDays(1).ToUnixTimeSeconds()));
        await host.PollAsync(seen);
        provider.IsDown = true;
        await host.PollAsync(provider.Issue(("jti", "1")));
        provider.AddKey();
        (await host.PollAsync(provider.Issue(), 503)).IsUnavailable();
        Assert.True(await host.RefreshAsync());
        clock.Advance(TimeSpan.FromMinutes(59));
        await host.PollAsync(seen);
        Assert.True(await host.RefreshAsync());
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.True(await host.RefreshAsync());

        // Its own bound, one minute and five, has not passed.
        await host.PollAsync(seen);
        clock.Advance(TimeSpan.FromMinutes(6));
        Assert.True(await host.RefreshAsync());
        (await host.PollAsync(seen, 503)).IsUnavailable();
    }

    [Fact]
    public async Task Provider_that_calls_itself_otherwise_is_not_believed()
    {
        await using var provider = new StubOidc { Issuer = "https://somebody.else" };
        await provider.StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(provider, settings: ("Identity:Oidc:Issuer", provider.Uri.ToString().TrimEnd('/')));
        (await host.PollAsync(provider.Issue(), 503)).IsUnavailable();
    }

    [Fact]
    public async Task Claims_are_found_where_the_settings_say()
    {
        await using StubOidc provider = await new StubOidc().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(
            provider, null, ("Identity:Oidc:Audience", "other, command-broker"), ("Identity:Oidc:ProjectClaim", "https://broker.example/project"),
            ("Identity:Oidc:RolesClaim", "realm_access.roles"), ("Identity:Oidc:NameClaim", "preferred_username"), ("Identity:Oidc:RoleMap", "broker-op=operator"));
        string token = provider.Issue(
            ("aud", new[] { "x", "other" }), ("https://broker.example/project", "p2"), ("realm_access", new { roles = new[] { "offline_access", "broker-op" } }), ("preferred_username", "ann"));
        Assert.Equal(201, (await host.SendAsync("POST", "/api/v1/sources/s1/commands", """{"command_name":"START"}""", token)).Status);
        Assert.Equal(["ann"], host.Grains.Servers["p2/s1"].Actors);
        await host.PollAsync(provider.Issue(("https://broker.example/project", "p2"), ("realm_access", "broker-op")), 403);
    }

    [Fact]
    public async Task Name_can_be_stored_whatever_the_provider_says()
    {
        await using StubOidc provider = await new StubOidc().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(provider, settings: ("Identity:Oidc:NameClaim", "preferred_username"));
        string longest = new('n', 63);
        foreach (string name in (string[])["\U0001F600\0", longest + "\U0001F600", longest + "nn"])
        {
            string token = provider.Issue(("preferred_username", name), ("roles", "operator"));
            Assert.Equal(201, (await host.SendAsync("POST", "/api/v1/sources/s1/commands", """{"command_name":"START"}""", token)).Status);
        }

        Assert.Equal(["\U0001F600?", longest, longest + "n"], host.Grains.Servers["p1/s1"].Actors);
    }

    [Theory]
    [InlineData("agent operator", 201)]
    [InlineData("agent,operator", 201)]
    [InlineData("agent", 403)]
    [InlineData("operators", 403)]
    public async Task Roles_may_be_one_text(string roles, int expected)
    {
        await using StubOidc provider = await new StubOidc().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(provider);
        Assert.Equal(expected, (await host.SendAsync("POST", "/api/v1/sources/s1/commands", """{"command_name":"START"}""", provider.Issue(("roles", roles)))).Status);
    }

    [Fact]
    public async Task Token_may_bind_its_caller_to_one_source_server()
    {
        await using StubOidc provider = await new StubOidc().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(provider, settings: ("Identity:Oidc:ServerClaim", "server"));
        host.Grains.Register("p1/s2");
        string bound = provider.Issue(("server", "s1"));
        await host.PollAsync(bound);
        Answer foreign = await host.PollAsync(bound, 404, "/v3/sources/s2/command");
        Assert.Equal((await host.PollAsync(bound, 404, "/v3/sources/s9/command")).Body, foreign.Body);
        await host.PollAsync(provider.Issue(("server", new[] { "s1", "s2" })), 401);
        await host.PollAsync(provider.Issue(("server", "no server!")), 401);
        await host.PollAsync(provider.Issue(), 200, "/v3/sources/s2/command");
    }

    [Fact]
    public async Task Token_without_a_tenant_counts_where_the_settings_say_or_nowhere()
    {
        await using StubOidc provider = await new StubOidc().StartAsync();
        string token = provider.Issue(("project_id", null), ("domain_id", null));
        await using (GatewayHost host = await ExternalGateway.StartAsync(provider))
        {
            await host.PollAsync(token, 401);
        }

        await using GatewayHost given = await ExternalGateway.StartAsync(
            provider, null, ("Identity:Oidc:DefaultProject", "fleet"), ("Identity:Oidc:DefaultDomain", "house"),
            ("Identity:External:Projects", $"fleet={DefaultTenant.ProjectId}"), ("Identity:External:Domains", $"house={DefaultTenant.DomainId}"));
        await given.PollAsync(token);
        Assert.Equal(["Poll"], given.Grains.Servers["s1"].Calls);
        Assert.Equal(200, (await given.SendAsync("GET", ExternalGateway.Poll, token: token, headers: ("X-Domain-Id", DefaultTenant.DomainId))).Status);
    }
}
