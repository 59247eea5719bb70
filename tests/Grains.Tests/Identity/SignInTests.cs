using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Identity.Passwords;
using CommandBroker.Identity.Tokens;
using CommandBroker.Storage.Identity;
using CommandBroker.Storage.Memory;
using Xunit;

namespace CommandBroker.Grains.Tests;

public sealed class SignInTests(IdentitySilo silo) : IClassFixture<IdentitySilo>
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task The_right_password_gets_a_token_that_any_gateway_can_check()
    {
        (TenantView domain, TenantView project) = await silo.NewDomainAsync();
        PrincipalView user = await silo.NewPrincipalAsync(domain.TenantId, password: Password);

        SignInReply reply = await silo.Identity.SignInAsync(Call(user));

        Assert.Equal(SignInStatus.SignedIn, reply.Status);
        IssuedToken token = reply.Token!;
        Assert.Equal((silo.Clock.GetUtcNow(), silo.Clock.GetUtcNow().AddHours(24)), (token.IssuedAt, token.ExpiresAt));
        Assert.Equal((user, false), (token.Principal, token.IsDomainScoped));
        Assert.Equal(TokenStatus.Valid, await VerifyAsync(token.Text, out TokenPayload? payload));
        Assert.Equal((user.PrincipalId, project.TenantId, token.ExpiresAt, false), (payload!.PrincipalId, payload.ProjectId, payload.ExpiresAt, payload.IsDomainScoped));
    }

    [Fact]
    public async Task A_user_is_found_by_id_or_by_name_and_domain_whatever_the_case()
    {
        (TenantView domain, _) = await silo.NewDomainAsync();
        PrincipalView user = await silo.NewPrincipalAsync(domain.TenantId, password: Password);
        SignInCall call = Call(user) with { UserId = null };

        Assert.Equal(SignInStatus.SignedIn, await StatusAsync(call with { UserName = user.Name.ToUpperInvariant(), DomainName = domain.Name.ToUpperInvariant() }));
        Assert.Equal(SignInStatus.SignedIn, await StatusAsync(call with { UserName = user.Name, DomainId = domain.TenantId }));
        Assert.Equal(SignInStatus.Refused, await StatusAsync(call with { UserName = user.Name, DomainId = DefaultTenant.DomainId }));
        Assert.Equal(SignInStatus.Refused, await StatusAsync(call with { UserName = user.Name }));
        Assert.Equal(SignInStatus.Refused, await StatusAsync(call with { UserName = "\0", DomainName = "\ud800" }));
    }

    [Fact]
    public async Task Nobody_is_told_why_a_sign_in_is_refused_but_the_audit()
    {
        PrincipalView user = await silo.NewPrincipalAsync(password: Password);
        PrincipalView off = await silo.NewPrincipalAsync(password: Password);
        PrincipalView none = await silo.NewPrincipalAsync();
        await silo.AdminGrain.ChangePrincipalAsync(IdentitySilo.Root, off.PrincipalId, new PrincipalChange { IsEnabled = false });

        var refused = new SignInReply(SignInStatus.Refused, null);
        Assert.Equal(refused, await silo.Identity.SignInAsync(Call(user) with { Password = "wrong" }));
        Assert.Equal(refused, await silo.Identity.SignInAsync(Call(user) with { Password = new string('x', 100_000) }));
        Assert.Equal(refused, await silo.Identity.SignInAsync(Call(off)));
        Assert.Equal(refused, await silo.Identity.SignInAsync(Call(none)));
        Assert.Equal(refused, await silo.Identity.SignInAsync(Call(user) with { UserId = null, UserName = Password, DomainName = "default" }));

        AuditEvent[] events = [.. (await silo.AdminGrain.ReadEventsAsync(IdentitySilo.Root, new AuditQuery { ActionPrefix = "signin.", Limit = 5 })).Reverse()];
        Assert.Equal(["wrong password", "wrong password", "disabled", "no password", "unknown user"], events.Select(one => one.Detail));
        Assert.Equal([user.Name, user.Name, off.Name, none.Name, "unknown"], events.Select(one => one.Actor.Name));
        Assert.All(events, one => Assert.Equal("10.1.2.3", one.Actor.RemoteAddress));
        Assert.All(events, one => Assert.DoesNotContain(Password, one.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sign_in_is_found_in_the_audit_by_its_request_id()
    {
        PrincipalView user = await silo.NewPrincipalAsync(password: Password);
        string refused = Guid.NewGuid().ToString("N"), issued = Guid.NewGuid().ToString("N");
        await silo.Identity.SignInAsync(Call(user) with { Password = "wrong", RequestId = refused });
        await silo.Identity.SignInAsync(Call(user) with { RequestId = issued });

        AuditEvent[] events = [.. await silo.AdminGrain.ReadEventsAsync(IdentitySilo.Root, new AuditQuery { Limit = 50 })];
        Assert.Equal("signin.refused", events.Single(one => one.RequestId == refused).Action);
        Assert.Equal("token.issued", events.Single(one => one.RequestId == issued).Action);
    }

    [Fact]
    public async Task A_user_has_one_name_for_counting_however_a_sign_in_names_it_and_whether_it_exists_or_not()
    {
        PrincipalView user = await silo.NewPrincipalAsync(password: Password);
        IUserNameGrain names = silo.UserNames;
        string byId = await names.SettleAsync(user.PrincipalId, null, null, null);
        Assert.Equal(byId, await names.SettleAsync(null, user.DomainId, null, user.Name));
        Assert.Equal(byId, await names.SettleAsync(null, null, user.DomainName.ToUpperInvariant(), user.Name.ToUpperInvariant()));
        string nobody = await names.SettleAsync(null, user.DomainId, null, "nobody-here");
        Assert.Equal(nobody, await names.SettleAsync(null, null, user.DomainName, "Nobody-here"));
        Assert.NotEqual(byId, nobody);
        Assert.NotEqual(nobody, await names.SettleAsync(null, null, "\0", "nobody-here"));
        Assert.NotEqual(byId, await names.SettleAsync(new string('0', 32), null, null, null));
    }

    [Fact]
    public async Task A_token_is_for_the_scope_that_was_asked_for()
    {
        (TenantView domain, TenantView home) = await silo.NewDomainAsync();
        TenantView other = await silo.AdminGrain.CreateProjectAsync(IdentitySilo.Root, domain.TenantId, "other");
        PrincipalView wide = await silo.NewPrincipalAsync(domain.TenantId, isDomainWide: true, password: Password);

        Assert.Equal((home.TenantId, true, true), await ScopeAsync(wide, null));
        Assert.Equal((home.TenantId, false, false), await ScopeAsync(wide, new TokenScope { ProjectId = home.TenantId }));
        Assert.Equal((home.TenantId, true, true), await ScopeAsync(wide, new TokenScope { DomainId = domain.TenantId }));
        Assert.Equal((home.TenantId, true, true), await ScopeAsync(wide, new TokenScope { DomainName = domain.Name.ToUpperInvariant() }));
        Assert.Equal((other.TenantId, false, false), await ScopeAsync(wide, new TokenScope { ProjectId = other.TenantId }));
        Assert.Equal((other.TenantId, false, false), await ScopeAsync(wide, new TokenScope { ProjectName = "OTHER" }));

        async Task<(string, bool, bool)> ScopeAsync(PrincipalView user, TokenScope? scope)
        {
            IssuedToken token = (await silo.Identity.SignInAsync(Call(user) with { Scope = scope })).Token!;
            await VerifyAsync(token.Text, out TokenPayload? payload);
            Assert.Equal((token.Principal.ProjectId, token.IsDomainScoped), (payload!.ProjectId, payload.IsDomainScoped));
            return (token.Principal.ProjectId, token.Principal.IsDomainWide, token.IsDomainScoped);
        }
    }

    [Fact]
    public async Task A_scope_that_is_not_ones_own_is_refused_as_one_that_does_not_exist()
    {
        (TenantView domain, TenantView _) = await silo.NewDomainAsync();
        (TenantView foreign, TenantView foreignProject) = await silo.NewDomainAsync();
        TenantView other = await silo.AdminGrain.CreateProjectAsync(IdentitySilo.Root, domain.TenantId, "other");
        PrincipalView bound = await silo.NewPrincipalAsync(domain.TenantId, password: Password);

        foreach (TokenScope scope in (TokenScope[])
            [
                new() { DomainId = domain.TenantId }, new() { DomainId = foreign.TenantId }, new() { DomainName = foreign.Name }, new() { DomainId = "x" },
                new() { ProjectId = other.TenantId }, new() { ProjectId = foreignProject.TenantId }, new() { ProjectName = "other" },
                new() { ProjectName = "none" }, new() { ProjectName = "\0" }, new() { ProjectId = "\0" },
            ])
        {
            Assert.Equal(new SignInReply(SignInStatus.ScopeRefused, null), await silo.Identity.SignInAsync(Call(bound) with { Scope = scope }));
        }
    }

    [Fact]
    public async Task A_new_password_ends_the_tokens_of_the_old_one()
    {
        PrincipalView user = await silo.NewPrincipalAsync(password: Password);
        silo.Clock.Advance(TimeSpan.FromSeconds(1));

        PrincipalView changed = await silo.AdminGrain.ChangePrincipalAsync(IdentitySilo.Root, user.PrincipalId, new PrincipalChange { Password = "another password" });

        Assert.Equal(silo.Clock.GetUtcNow(), changed.TokensValidFrom);
        Assert.Equal(SignInStatus.Refused, await StatusAsync(Call(user)));
        Assert.Equal(SignInStatus.SignedIn, await StatusAsync(Call(user) with { Password = "another password" }));
    }

    [Fact]
    public async Task A_revoked_token_is_told_until_it_would_have_ended()
    {
        string tokenId = TokenSigner.NewTokenId();
        DateTimeOffset endsAt = silo.Clock.GetUtcNow().AddHours(1);
        long before = await silo.RevisionAsync();

        await silo.Identity.RevokeTokenAsync(tokenId, endsAt, IdentitySilo.Root.Actor);
        await silo.Identity.RevokeTokenAsync(tokenId, endsAt, IdentitySilo.Root.Actor);
        await silo.Identity.RevokeTokenAsync(TokenSigner.NewTokenId(), silo.Clock.GetUtcNow(), IdentitySilo.Root.Actor);

        Assert.Equal([$"Revocation {tokenId}", $"Revocation {tokenId}"], await silo.ChangesSinceAsync(before));
        Assert.Contains(tokenId, (await silo.Identity.ReadSnapshotAsync()).Revoked);
        silo.Clock.Advance(TimeSpan.FromHours(1));
        Assert.DoesNotContain(tokenId, (await silo.Identity.ReadSnapshotAsync()).Revoked);
        await Assert.ThrowsAsync<BrokerException>(async () => await silo.Identity.RevokeTokenAsync("x", endsAt, IdentitySilo.Root.Actor));
    }

    [Fact]
    public async Task A_new_key_is_told_a_minute_before_it_signs_and_the_old_one_counts_as_long_as_its_tokens()
    {
        await using var alone = new Disposable(new IdentitySilo());
        IdentitySilo other = await alone.StartAsync();
        PrincipalView user = await other.NewPrincipalAsync(password: Password);
        string first = await KeyAsync();
        other.Clock.Advance(TimeSpan.FromMinutes(2));

        await other.AdminGrain.RotateTokenKeyAsync(IdentitySilo.Root);
        Assert.Equal(2, (await other.Identity.ReadSnapshotAsync()).TokenKeys.Length);
        Assert.Equal(first, await KeyAsync());
        other.Clock.Advance(TokenKeys.SigningDelay - TimeSpan.FromTicks(1));
        Assert.Equal(first, await KeyAsync());
        other.Clock.Advance(TimeSpan.FromTicks(1));
        Assert.NotEqual(first, await KeyAsync());

        other.Clock.Advance(TimeSpan.FromHours(24));
        Assert.Contains(first, (await other.Identity.ReadSnapshotAsync()).TokenKeys.Select(key => key.KeyId));
        other.Clock.Advance(TokenVerifier.MaxClockSkew);
        Assert.DoesNotContain(first, (await other.Identity.ReadSnapshotAsync()).TokenKeys.Select(key => key.KeyId));

        async Task<string> KeyAsync()
        {
            IssuedToken token = (await other.Identity.SignInAsync(Call(user))).Token!;
            IdentitySnapshot snapshot = await other.Identity.ReadSnapshotAsync();
            using var verifier = new TokenVerifier(snapshot.TokenKeys.Select(key => KeyValuePair.Create(key.KeyId, key.PublicKey.ToArray())));
            Assert.Equal(TokenStatus.Valid, verifier.Verify(token.Text, other.Clock.GetUtcNow(), out TokenPayload? payload));
            return payload!.KeyId;
        }
    }

    [Fact]
    public async Task Ending_all_tokens_ends_those_of_every_key_at_once_and_the_next_sign_in_counts()
    {
        await using var alone = new Disposable(new IdentitySilo());
        IdentitySilo other = await alone.StartAsync();
        PrincipalView user = await other.NewPrincipalAsync(password: Password);
        IssuedToken first = (await other.Identity.SignInAsync(Call(user))).Token!;
        await other.AdminGrain.RotateTokenKeyAsync(IdentitySilo.Root);
        other.Clock.Advance(TimeSpan.FromMinutes(2));
        IssuedToken second = (await other.Identity.SignInAsync(Call(user))).Token!;

        await other.AdminGrain.EndTokensAsync(IdentitySilo.Root);

        IssuedToken third = (await other.Identity.SignInAsync(Call(user))).Token!;
        IdentitySnapshot snapshot = await other.Identity.ReadSnapshotAsync();
        using var verifier = new TokenVerifier(snapshot.TokenKeys.Select(key => KeyValuePair.Create(key.KeyId, key.PublicKey.ToArray())));
        Assert.Equal(
            [false, false, true],
            new[] { first, second, third }.Select(token => verifier.Verify(token.Text, other.Clock.GetUtcNow(), out _) == TokenStatus.Valid));
    }

    [Fact]
    public async Task A_weak_hash_is_written_anew_when_its_password_is_used()
    {
        var database = new MemoryDatabase();
        await using var alone = new Disposable(new IdentitySilo(database, options => options.PasswordIterations = PasswordVault.MinIterationCount + 1));
        IdentitySilo other = await alone.StartAsync();
        PrincipalView user = await other.NewPrincipalAsync(password: Password);
        StoredPrincipal row = (await database.Identities.FindPrincipalAsync(user.PrincipalId))!.Principal;
        string weak = new PasswordVault(PasswordVault.MinIterationCount).Hash(Password);
        await database.Identities.WriteAsync(new IdentityWrite { Principals = [row with { PasswordHash = weak }] });

        Assert.Equal(SignInStatus.SignedIn, (await other.Identity.SignInAsync(Call(user))).Status);

        string? after = (await database.Identities.FindPrincipalAsync(user.PrincipalId))!.Principal.PasswordHash;
        Assert.NotEqual(weak, after);
        Assert.Equal(PasswordCheck.Right, new PasswordVault(PasswordVault.MinIterationCount + 1).Check(after, Password));
    }

    [Fact]
    public async Task More_checks_than_there_is_room_for_are_told_to_come_again()
    {
        using var checks = new PasswordChecks(Microsoft.Extensions.Options.Options.Create(new IdentityOptions { MaxPasswordChecks = 1, MaxQueuedPasswordChecks = 2 }));
        using var gate = new ManualResetEventSlim();
        int atOnce = 0;
        int most = 0;
        Task<object?>[] running = [.. Enumerable.Range(0, 3).Select(_ => checks.TryRunAsync(() => checks.RunAsync(Work)))];

        Assert.Null(await checks.TryRunAsync(() => checks.RunAsync(Work)));
        gate.Set();

        Assert.All(await Task.WhenAll(running), Assert.NotNull);
        Assert.Equal(1, most);
        Assert.NotNull(await checks.TryRunAsync(() => checks.RunAsync(Work)));

        object Work()
        {
            most = Math.Max(most, Interlocked.Increment(ref atOnce));
            gate.Wait();
            Interlocked.Decrement(ref atOnce);
            return new object();
        }
    }

    [Fact]
    public async Task A_sign_in_that_finds_no_room_asks_the_database_nothing()
    {
        var database = new FaultyDatabase();
        await using var alone = new Disposable(new IdentitySilo(database, options => (options.MaxPasswordChecks, options.MaxQueuedPasswordChecks) = (1, 1)));
        IdentitySilo other = await alone.StartAsync();
        PrincipalView user = await other.NewPrincipalAsync(password: Password);
        var gate = new TaskCompletionSource<object>();
        Task<object?>[] others = [.. Enumerable.Range(0, 2).Select(_ => other.Service<PasswordChecks>().TryRunAsync(() => gate.Task))];
        database.FailIdentities = true;

        SignInReply refused = await other.Identity.SignInAsync(Call(user));
        database.FailIdentities = false;
        gate.SetResult(new object());
        await Task.WhenAll(others);

        Assert.Equal(SignInStatus.Busy, refused.Status);
        Assert.Equal(SignInStatus.SignedIn, (await other.Identity.SignInAsync(Call(user))).Status);
    }

    private static SignInCall Call(PrincipalView user) => new() { UserId = user.PrincipalId, Password = Password, RemoteAddress = "10.1.2.3" };

    private async Task<SignInStatus> StatusAsync(SignInCall call) => (await silo.Identity.SignInAsync(call)).Status;

    private Task<TokenStatus> VerifyAsync(string text, out TokenPayload? payload)
    {
        IdentitySnapshot snapshot = silo.Identity.ReadSnapshotAsync().AsTask().GetAwaiter().GetResult();
        using var verifier = new TokenVerifier(snapshot.TokenKeys.Select(key => KeyValuePair.Create(key.KeyId, key.PublicKey.ToArray())));
        return Task.FromResult(verifier.Verify(text, silo.Clock.GetUtcNow(), out payload));
    }
}
