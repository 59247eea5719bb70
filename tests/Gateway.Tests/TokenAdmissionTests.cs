using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class TokenAdmissionTests
{
    private const string Poll = "/v3/sources/s1/command";

    [Fact]
    public async Task Known_token_is_looked_up_once()
    {
        await using GatewayHost host = await StartAsync();
        await PollAsync(host, FakeIdentity.AgentToken, 200);
        await PollAsync(host, FakeIdentity.AgentToken, 200);
        Assert.Single(host.Grains.Identity.Calls, call => call.StartsWith("FindToken", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Same_unknown_token_is_looked_up_once_in_its_lifetime_and_made_up_ones_leave_a_bounded_trace()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using GatewayHost host = await StartAsync(clock: clock, settings: new() { ["Identity:MaxCachedUnknown"] = "16" });
        await PollAsync(host, "nobody", 401);
        await PollAsync(host, "nobody", 401);
        Assert.Equal(1, Lookups(host));
        clock.Advance(TimeSpan.FromSeconds(5));
        await PollAsync(host, "nobody", 401);
        Assert.Equal(2, Lookups(host));
        for (int number = 0; number < 100; number++)
        {
            await PollAsync(host, $"made-up-{number}", 401);
            Assert.InRange(host.Identity.Tokens.UnknownCount, 1, 16);
        }

        Assert.Equal(0, host.Identity.Tokens.KnownCount);
    }

    [Fact]
    public async Task Issued_token_is_checked_without_a_lookup_of_the_token()
    {
        await using GatewayHost host = await StartAsync();
        string token = host.Grains.Identity.Issue(host.Grains.Identity.AddPrincipal("ann", Roles.Agent)).Text;
        await PollAsync(host, token, 200);
        await PollAsync(host, token, 200);
        Assert.Equal(0, Lookups(host));
        Assert.Single(host.Grains.Identity.Calls, call => call.StartsWith("FindPrincipal", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Issued_token_counts_until_it_expires()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using GatewayHost host = await StartAsync(clock: clock);
        string token = host.Grains.Identity.Issue(host.Grains.Identity.AddPrincipal("ann", Roles.Agent), TimeSpan.FromSeconds(30)).Text;
        clock.Advance(TimeSpan.FromSeconds(29));
        await PollAsync(host, token, 200);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("expired", (await PollAsync(host, token, 401)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Issued_token_that_was_changed_anywhere_is_refused()
    {
        await using GatewayHost host = await StartAsync();
        string token = host.Grains.Identity.Issue(host.Grains.Identity.AddPrincipal("ann", Roles.Agent)).Text;
        for (int at = 4; at < token.Length; at += 7)
        {
            string changed = token[..at] + (token[at] == 'A' ? 'B' : 'A') + token[(at + 1)..];
            Assert.Contains("not valid", (await PollAsync(host, changed, 401)).Body, StringComparison.Ordinal);
        }

        await PollAsync(host, token + "A", 401);
        await PollAsync(host, token[..^1], 401);
    }

    [Fact]
    public async Task Forged_token_is_checked_once_in_its_lifetime_and_many_of_them_make_their_address_wait()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using GatewayHost host = await StartAsync(
            clock: clock, settings: new() { ["Identity:MaxTokenFailuresPerMinute"] = "60", ["Identity:MaxCachedUnknown"] = "16", ["Identity:MaxStaleness"] = "01:00:00" });
        PrincipalView ann = host.Grains.Identity.AddPrincipal("ann", Roles.Agent);
        string known = host.Grains.Identity.Issue(ann).Text;
        await PollAsync(host, known, 200);
        string forged = Forge(host.Grains.Identity.Issue(ann).Text);

        // The same one again and again costs no check, so it is counted once.
        for (int number = 0; number < 200; number++)
        {
            await PollAsync(host, forged, 401);
        }

        for (int number = 0; number < 59; number++)
        {
            await PollAsync(host, Forge(host.Grains.Identity.Issue(ann).Text), 401);
            Assert.InRange(host.Identity.Issued.ForgedCount, 1, 16);
        }

        string unseen = host.Grains.Identity.Issue(ann).Text;
        Answer throttled = (await host.SendAsync("GET", Poll, token: unseen)).IsVendorError(429, "APIGW.0308");
        Assert.Equal("1", throttled.Header("Retry-After"));
        (await host.SendAsync("GET", Poll, token: "given?")).IsVendorError(429, "APIGW.0308");
        (await host.SendAsync("GET", "/api/v1/sources/s1/commands", token: unseen)).IsProblem(429, "throttled", transient: true);
        await PollAsync(host, known, 200);
        clock.Advance(TimeSpan.FromSeconds(1));
        await PollAsync(host, unseen, 200);
    }

    [Fact]
    public async Task Token_that_seemed_forged_because_its_key_was_not_known_yet_counts_once_it_is()
    {
        await using GatewayHost host = await StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        PrincipalView ann = fake.AddPrincipal("ann", Roles.Agent);
        fake.RotateKey(forgetOld: false);
        string early = fake.Issue(ann).Text;
        await PollAsync(host, early, 401);
        Assert.True(await host.RefreshAsync());
        await PollAsync(host, early, 200);
    }

    [Fact]
    public async Task Revoked_token_is_refused_after_the_next_refresh()
    {
        await using GatewayHost host = await StartAsync();
        string token = host.Grains.Identity.Issue(host.Grains.Identity.AddPrincipal("ann", Roles.Agent)).Text;
        await PollAsync(host, token, 200);
        await host.Grains.Identity.RevokeTokenAsync(host.Grains.Identity.LastTokenId, DateTimeOffset.MaxValue, new AuditActor { DomainId = "", Name = "" });
        Assert.True(await host.RefreshAsync());
        await PollAsync(host, token, 401);
    }

    [Fact]
    public async Task Token_revoked_before_the_gateway_started_is_refused()
    {
        await using GatewayHost host = await StartAsync(identity =>
        {
            identity.Issue(identity.AddPrincipal("ann", Roles.Agent));
            identity.Revoked.Add(identity.LastTokenId);
        });
        FakeIdentity fake = host.Grains.Identity;
        string other = fake.Issue(fake.Principals[FakeIdentity.Id("ann")]).Text;
        fake.Revoked.Add(fake.LastTokenId);
        fake.ForgetsHistory = true;
        Assert.True(await host.RefreshAsync());
        await PollAsync(host, other, 401);
    }

    [Fact]
    public async Task Token_from_before_a_new_password_is_refused()
    {
        await using GatewayHost host = await StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        PrincipalView ann = fake.AddPrincipal("ann", Roles.Agent);
        string token = fake.Issue(ann).Text;
        await PollAsync(host, token, 200);
        fake.Change(ann with { TokensValidFrom = DateTimeOffset.UtcNow.AddSeconds(1) });
        Assert.True(await host.RefreshAsync());
        await PollAsync(host, token, 401);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Token_of_a_retired_key_counts_and_one_of_a_removed_key_does_not(bool isRemoved)
    {
        await using GatewayHost host = await StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        string token = fake.Issue(fake.AddPrincipal("ann", Roles.Agent)).Text;
        await PollAsync(host, token, 200);
        fake.RotateKey(isRemoved);
        Assert.True(await host.RefreshAsync());
        await PollAsync(host, token, isRemoved ? 401 : 200);
        await PollAsync(host, fake.Issue(fake.Principals[FakeIdentity.Id("ann")]).Text, 200);
    }

    [Fact]
    public async Task Disabled_and_deleted_principals_are_refused_after_the_next_refresh_whatever_the_credential()
    {
        await using GatewayHost host = await StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        PrincipalView agent = fake.Principals[FakeIdentity.Id("agent")];
        string issued = fake.Issue(agent).Text;
        foreach (string token in (string[])[FakeIdentity.AgentToken, issued])
        {
            await PollAsync(host, token, 200);
        }

        fake.Change(agent with { IsEnabled = false });
        Assert.True(await host.RefreshAsync());
        foreach (string token in (string[])[FakeIdentity.AgentToken, issued])
        {
            await PollAsync(host, token, 401);
        }

        fake.Change(agent);
        Assert.True(await host.RefreshAsync());
        await PollAsync(host, FakeIdentity.AgentToken, 200);
        fake.Delete(agent);
        Assert.True(await host.RefreshAsync());
        foreach (string token in (string[])[FakeIdentity.AgentToken, issued])
        {
            await PollAsync(host, token, 401);
        }
    }

    [Fact]
    public async Task Answer_that_was_asked_for_before_a_change_is_not_remembered_after_it()
    {
        await using GatewayHost host = await StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        var gate = new TaskCompletionSource();
        fake.Delay = gate.Task;
        Task<Answer> slow = host.SendAsync("GET", Poll);
        while (!fake.Calls.Any(call => call.StartsWith("FindToken", StringComparison.Ordinal)))
        {
            await Task.Yield();
        }

        fake.Delay = null;
        fake.Delete(fake.Principals[FakeIdentity.Id("agent")]);
        Assert.True(await host.RefreshAsync());
        gate.SetResult();
        Assert.Equal(200, (await slow).Status);
        await PollAsync(host, FakeIdentity.AgentToken, 401);
    }

    [Fact]
    public async Task Request_that_comes_after_a_change_does_not_share_an_answer_that_was_asked_for_before_it()
    {
        await using GatewayHost host = await StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        PrincipalView ann = fake.AddPrincipal("ann", Roles.Agent);
        string issued = fake.Issue(ann).Text;
        var gate = new TaskCompletionSource();
        fake.Delay = gate.Task;
        Task<Answer> slow = host.SendAsync("GET", Poll, token: issued);
        await fake.UntilAskedAsync("FindPrincipal");

        fake.Delay = null;
        fake.Delete(ann);
        Assert.True(await host.RefreshAsync());
        await PollAsync(host, issued, 401);
        gate.SetResult();
        Assert.Equal(200, (await slow).Status);
        await PollAsync(host, issued, 401);
    }

    [Fact]
    public async Task Many_who_ask_for_one_credential_at_a_time_ask_once()
    {
        await using GatewayHost host = await StartAsync();
        FakeIdentity fake = host.Grains.Identity;
        var gate = new TaskCompletionSource();
        fake.Delay = gate.Task;
        Task<KnownCredential?>[] all = [.. Enumerable.Range(0, 50).Select(_ => host.Identity.Tokens.AskAsync(TokenHash.Of(FakeIdentity.AgentToken)))];
        gate.SetResult();
        Assert.All(await Task.WhenAll(all), Assert.NotNull);
        Assert.Equal(1, Lookups(host));
    }

    [Fact]
    public async Task What_is_remembered_counts_for_the_longest_staleness_and_not_longer()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using GatewayHost host = await StartAsync(clock: clock);
        await PollAsync(host, FakeIdentity.AgentToken, 200);
        host.Grains.Identity.Failure = new TimeoutException();
        Assert.False(await host.RefreshAsync());
        clock.Advance(TimeSpan.FromSeconds(60));
        await PollAsync(host, FakeIdentity.AgentToken, 200);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        (await host.SendAsync("GET", Poll)).IsVendorError(503, "SMS.6301");
        (await host.OperateAsync("GET", "/api/v1/sources/s1/commands")).IsProblem(503, "unreachable", transient: true);

        host.Grains.Identity.Failure = null;
        Assert.True(await host.RefreshAsync());
        await PollAsync(host, FakeIdentity.AgentToken, 200);
    }

    [Fact]
    public async Task Failing_lookup_is_answered_503_and_not_remembered()
    {
        await using GatewayHost host = await StartAsync();
        host.Grains.Identity.Failure = new BrokerException(BrokerErrorReason.StorageUnavailable, "Full.");
        (await host.SendAsync("GET", Poll)).IsVendorError(503, "SMS.6301");
        host.Grains.Identity.Failure = null;
        await PollAsync(host, FakeIdentity.AgentToken, 200);
    }

    [Fact]
    public async Task More_lookups_than_may_wait_are_refused_and_those_before_are_answered()
    {
        await using GatewayHost host = await StartAsync(settings: new() { ["Identity:MaxConcurrentLookups"] = "1", ["Identity:MaxWaitingLookups"] = "1" });
        var gate = new TaskCompletionSource();
        host.Grains.Identity.Delay = gate.Task;
        Task<KnownCredential?> first = host.Identity.Tokens.AskAsync(TokenHash.Of("a"));
        Task<KnownCredential?> second = host.Identity.Tokens.AskAsync(TokenHash.Of("b"));
        BrokerException refused = await Assert.ThrowsAsync<BrokerException>(() => host.Identity.Tokens.AskAsync(TokenHash.Of("c")));
        Assert.Equal(BrokerErrorReason.Unreachable, refused.Reason);
        gate.SetResult();
        Assert.Null(await first);
        Assert.Null(await second);
    }

    [Fact]
    public async Task Given_token_counts_until_its_end_and_not_when_it_is_disabled()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using GatewayHost host = await StartAsync(clock: clock);
        FakeIdentity fake = host.Grains.Identity;
        PrincipalView agent = fake.Principals[FakeIdentity.Id("agent")];
        fake.AddToken("short", agent, clock.GetUtcNow().AddSeconds(10));
        await PollAsync(host, "short", 200);
        clock.Advance(TimeSpan.FromSeconds(10));
        await PollAsync(host, "short", 401);
        fake.Credentials[FakeIdentity.Hash("off")] = fake.Credentials[FakeIdentity.Hash("short")] with { IsEnabled = false, ExpiresAt = null };
        await PollAsync(host, "off", 401);
    }

    internal static async Task<Answer> PollAsync(GatewayHost host, string token, int status)
    {
        Answer answer = await host.SendAsync("GET", Poll, token: token);
        Assert.Equal(status, answer.Status);
        return status == 200 ? answer : answer.IsVendorError(401, "APIGW.0301");
    }

    internal static Task<GatewayHost> StartAsync(
        Action<FakeIdentity>? arrange = null, FakeTimeProvider? clock = null, Dictionary<string, string?>? settings = null) => GatewayHost.StartAsync(
        grains =>
        {
            grains.Register("s1");
            if (clock is not null)
            {
                grains.Identity.Clock = clock;
            }

            arrange?.Invoke(grains.Identity);
        },
        settings,
        services: clock is null ? null : services => services.AddSingleton<TimeProvider>(clock));

    private static int Lookups(GatewayHost host) => host.Grains.Identity.Calls.Count(call => call.StartsWith("FindToken", StringComparison.Ordinal));

    /// <summary>The same token with another signature.</summary>
    private static string Forge(string token) => token[..^2] + (token[^2] == 'A' ? 'B' : 'A') + token[^1];
}
