using System.Collections.Immutable;
using CommandBroker.Client.Grains;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using Xunit;

namespace CommandBroker.Grains.Tests;

public sealed class IdentityAdminTests(IdentitySilo silo) : IClassFixture<IdentitySilo>
{
    private static readonly AdminCaller Root = IdentitySilo.Root;

    [Fact]
    public async Task A_domain_comes_with_a_project_named_default()
    {
        long before = await silo.RevisionAsync();

        (TenantView domain, TenantView project) = await silo.NewDomainAsync();

        Assert.Equal(("default", domain.TenantId, true), (project.Name, project.DomainId, project.IsEnabled));
        Assert.Equal([$"Tenant {domain.TenantId}"], await silo.ChangesSinceAsync(before));
        Assert.Contains(await silo.AdminGrain.ListDomainsAsync(Root, null, 1_000), known => known == domain);
        Assert.Equal(project, Assert.Single(await silo.Identity.FindProjectsAsync(domain.TenantId, "DEFAULT")));
        Assert.Equal(domain, await silo.AdminGrain.ShowTenantAsync(Root, domain.TenantId));
        Assert.Equal(project, await silo.AdminGrain.ShowTenantAsync(Root, project.TenantId));
    }

    [Fact]
    public async Task Names_are_unique_whatever_the_case()
    {
        (TenantView domain, _) = await silo.NewDomainAsync();
        PrincipalView principal = await silo.NewPrincipalAsync(domain.TenantId);

        await RefusedAsync(BrokerErrorReason.IdentityExists, async () => await silo.AdminGrain.CreateDomainAsync(Root, domain.Name.ToUpperInvariant()));
        await RefusedAsync(BrokerErrorReason.IdentityExists, async () => await silo.AdminGrain.CreateProjectAsync(Root, domain.TenantId, "Default"));
        await RefusedAsync(BrokerErrorReason.IdentityExists, async () => await silo.AdminGrain.CreatePrincipalAsync(
            Root, new NewPrincipal { DomainId = domain.TenantId, Name = principal.Name.ToUpperInvariant(), Roles = Roles.Agent }));
        Assert.Equal(principal, await silo.AdminGrain.FindPrincipalAsync(Root, domain.TenantId, principal.Name.ToUpperInvariant()));
    }

    [Fact]
    public async Task A_gateway_finds_a_principal_by_the_names_of_its_domain_and_its_own()
    {
        (TenantView domain, _) = await silo.NewDomainAsync();
        PrincipalView principal = await silo.NewPrincipalAsync(domain.TenantId);

        Assert.Equal(principal, await silo.Identity.FindPrincipalByNameAsync(domain.Name.ToUpperInvariant(), principal.Name.ToUpperInvariant()));
        Assert.Null(await silo.Identity.FindPrincipalByNameAsync(DefaultTenant.DomainName, principal.Name));
        Assert.Null(await silo.Identity.FindPrincipalByNameAsync("no such domain", principal.Name));
        Assert.Null(await silo.Identity.FindPrincipalByNameAsync("a\0b", "a\0b"));
    }

    [Fact]
    public async Task The_audit_says_where_a_change_of_a_queue_came_from_when_it_was_told()
    {
        await silo.Grain<ISourceDirectoryGrain>(0).RegisterAsync(new RegisterCall { ServerId = "audited", Name = "audited", OsType = "LINUX", Actor = "olga" });
        var server = silo.Grain<ISourceServerGrain>("audited");
        await ToldAsync(async () => await server.CancelAsync((await server.EnqueueAsync([new EnqueueCall { Name = "START" }], "olga"))[0].Seq, "olga", reason: null));
        await server.EnqueueAsync([new EnqueueCall { Name = "STOP" }], "olga");
        await silo.Service<AuditFlushService>().FlushAsync();

        ImmutableArray<AuditEvent> events = await silo.AdminGrain.ReadEventsAsync(Root, new AuditQuery { ActionPrefix = "command." });
        Assert.Equal(
            [("command.enqueued", null, null), ("command.cancelled", "192.0.2.7", "r-1"), ("command.enqueued", "192.0.2.7", "r-1")],
            events.Where(one => one.Subject!.StartsWith("audited/", StringComparison.Ordinal)).Select(one => (one.Action, one.Actor.RemoteAddress, one.RequestId)));

        static async Task ToldAsync(Func<Task> call)
        {
            CallOrigin.Tell(new CallOrigin { PrincipalId = "p", RemoteAddress = "192.0.2.7", RequestId = "r-1" });
            await call();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(" x")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task A_name_that_cannot_be_is_refused(string name)
    {
        await RefusedAsync(BrokerErrorReason.InvalidArgument, async () => await silo.AdminGrain.CreateDomainAsync(Root, name));
        await RefusedAsync(BrokerErrorReason.InvalidArgument, async () => await silo.AdminGrain.CreateProjectAsync(Root, DefaultTenant.DomainId, name));
        await RefusedAsync(BrokerErrorReason.InvalidArgument, async () => await silo.AdminGrain.CreatePrincipalAsync(
            Root, new NewPrincipal { DomainId = DefaultTenant.DomainId, Name = name, Roles = Roles.Agent }));
    }

    [Fact]
    public async Task A_key_that_was_made_is_what_gateways_find_and_its_secret_is_shown_once()
    {
        PrincipalView principal = await silo.NewPrincipalAsync();
        long before = await silo.RevisionAsync();

        NewAccessKey made = await silo.AdminGrain.CreateKeyAsync(Root, new NewAccessKeyCall { PrincipalId = principal.PrincipalId, Description = "for ü" });

        Assert.Matches("^[A-Z0-9]{20}$", made.Key.AccessKey);
        Assert.Matches("^[A-Za-z0-9]{40}$", made.SecretKey);
        Assert.Equal([$"AccessKey {made.Key.AccessKey}"], await silo.ChangesSinceAsync(before));
        CredentialView found = (await silo.Identity.FindAccessKeyAsync(made.Key.AccessKey))!;
        Assert.Equal((made.SecretKey, principal, true, null), (found.Secret, found.Principal, found.IsEnabled, found.SessionTokenHash));
        AccessKeyView listed = Assert.Single(await silo.AdminGrain.ListKeysAsync(Root, principal.PrincipalId, null, 10));
        Assert.Equal((made.Key, "for ü"), (listed, listed.Description));
        Assert.Equal(listed, await silo.AdminGrain.ShowKeyAsync(Root, made.Key.AccessKey));
        Assert.Null(await silo.Identity.FindTokenAsync(made.Key.AccessKey));
    }

    [Fact]
    public async Task A_temporary_key_ends_by_itself_and_goes_with_a_token()
    {
        PrincipalView principal = await silo.NewPrincipalAsync();

        NewAccessKey made = await silo.AdminGrain.CreateKeyAsync(
            Root, new NewAccessKeyCall { PrincipalId = principal.PrincipalId, IsTemporary = true, Lifetime = TimeSpan.FromMinutes(15) });

        CredentialView found = (await silo.Identity.FindAccessKeyAsync(made.Key.AccessKey))!;
        Assert.Equal(IdentityIds.Hash(made.SecurityToken!), found.SessionTokenHash);
        Assert.Equal(silo.Clock.GetUtcNow().AddMinutes(15), found.ExpiresAt);
        Assert.True(made.Key.IsTemporary);
        await RefusedAsync(BrokerErrorReason.InvalidArgument, async () => await silo.AdminGrain.RotateKeyAsync(Root, made.Key.AccessKey, TimeSpan.Zero));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("00:14:59.9999999")]
    [InlineData("1.00:00:00.0000001")]
    public async Task A_temporary_key_lasts_a_quarter_of_an_hour_to_a_day(string? lifetime)
    {
        PrincipalView principal = await silo.NewPrincipalAsync();

        await RefusedAsync(BrokerErrorReason.InvalidArgument, async () => await silo.AdminGrain.CreateKeyAsync(Root, new NewAccessKeyCall
        {
            PrincipalId = principal.PrincipalId,
            IsTemporary = true,
            Lifetime = lifetime is null ? null : TimeSpan.Parse(lifetime, System.Globalization.CultureInfo.InvariantCulture),
        }));
    }

    [Fact]
    public async Task Projects_and_domains_are_listed_page_by_page_in_the_order_of_their_names()
    {
        (TenantView domain, TenantView usual) = await silo.NewDomainAsync();
        foreach (string name in (string[])["Zeta", "alpha", "Beta"])
        {
            await silo.AdminGrain.CreateProjectAsync(Root, domain.TenantId, name);
        }

        ImmutableArray<TenantView> first = await silo.AdminGrain.ListProjectsAsync(Root, domain.TenantId, null, 2);
        ImmutableArray<TenantView> second = await silo.AdminGrain.ListProjectsAsync(Root, domain.TenantId, first[^1].Name, 2);
        ImmutableArray<TenantView> byId = await silo.Identity.ListProjectsPageAsync(domain.TenantId, first[^1].TenantId, 2);
        ImmutableArray<TenantView> own = await silo.AdminGrain.ListProjectsAsync(IdentitySilo.Admin(domain.TenantId, usual.TenantId), domain.TenantId, null, 1);

        Assert.Equal(["alpha", "Beta"], first.Select(project => project.Name));
        Assert.Equal(["default", "Zeta"], second.Select(project => project.Name));
        Assert.Equal(second.AsEnumerable(), byId);
        Assert.Equal(usual, Assert.Single(own));
        Assert.Empty(await silo.Identity.ListProjectsPageAsync(domain.TenantId, DefaultTenant.ProjectId, 2));
        Assert.Equal(usual, await silo.Identity.FindTenantAsync(usual.TenantId));
        Assert.Equal(domain, await silo.Identity.FindTenantAsync(domain.TenantId));
        Assert.Null(await silo.Identity.FindTenantAsync("none"));

        var domains = new List<string>();
        for (ImmutableArray<TenantView> page = await silo.AdminGrain.ListDomainsAsync(Root, null, 1); page.Length > 0;
            page = await silo.AdminGrain.ListDomainsAsync(Root, page[^1].Name, 1))
        {
            domains.Add(page[0].Name);
        }

        Assert.Contains("default", domains);
        Assert.Contains(domain.Name, domains);
        Assert.Equal(domains.Count, domains.Distinct().Count());
    }

    [Fact]
    public async Task A_rotated_key_counts_for_the_overlap_beside_the_new_one()
    {
        NewAccessKey old = await silo.NewKeyAsync((await silo.NewPrincipalAsync()).PrincipalId);
        long before = await silo.RevisionAsync();

        NewAccessKey next = await silo.AdminGrain.RotateKeyAsync(Root, old.Key.AccessKey, TimeSpan.FromHours(2));

        Assert.Equal([$"AccessKey {old.Key.AccessKey}"], await silo.ChangesSinceAsync(before));
        Assert.Equal(silo.Clock.GetUtcNow().AddHours(2), (await silo.Identity.FindAccessKeyAsync(old.Key.AccessKey))!.ExpiresAt);
        Assert.Equal(next.SecretKey, (await silo.Identity.FindAccessKeyAsync(next.Key.AccessKey))!.Secret);
        Assert.Null(next.Key.ExpiresAt);
        Assert.NotEqual(old.SecretKey, next.SecretKey);
        await RefusedAsync(BrokerErrorReason.InvalidArgument, async () => await silo.AdminGrain.RotateKeyAsync(Root, next.Key.AccessKey, TimeSpan.FromDays(31)));
    }

    [Fact]
    public async Task A_rotated_key_is_not_rotated_again_so_its_end_and_the_next_ones_lifetime_stay()
    {
        PrincipalView owner = await silo.NewPrincipalAsync();
        NewAccessKey old = await silo.AdminGrain.CreateKeyAsync(Root, new NewAccessKeyCall { PrincipalId = owner.PrincipalId, Lifetime = TimeSpan.FromDays(90) });
        NewAccessKey next = await silo.AdminGrain.RotateKeyAsync(Root, old.Key.AccessKey, TimeSpan.FromDays(7));
        DateTimeOffset end = silo.Clock.GetUtcNow().AddDays(7);

        BrokerException refused = await Assert.ThrowsAsync<BrokerException>(
            async () => await silo.AdminGrain.RotateKeyAsync(Root, old.Key.AccessKey, TimeSpan.FromHours(1)));

        Assert.Equal(BrokerErrorReason.InvalidArgument, refused.Reason);
        Assert.Contains($"was rotated to {next.Key.AccessKey}", refused.Message, StringComparison.Ordinal);
        CredentialView kept = (await silo.Identity.FindAccessKeyAsync(old.Key.AccessKey))!;
        Assert.Equal((end, next.Key.AccessKey), (kept.ExpiresAt, kept.RotatedTo));
        NewAccessKey third = await silo.AdminGrain.RotateKeyAsync(Root, next.Key.AccessKey, TimeSpan.FromHours(1));
        Assert.Equal(silo.Clock.GetUtcNow().AddDays(90), third.Key.ExpiresAt);
    }

    [Fact]
    public async Task A_key_is_disabled_enabled_and_deleted_once()
    {
        NewAccessKey key = await silo.NewKeyAsync((await silo.NewPrincipalAsync()).PrincipalId);
        long before = await silo.RevisionAsync();

        Assert.False((await silo.AdminGrain.EnableKeyAsync(Root, key.Key.AccessKey, false)).IsEnabled);
        Assert.False((await silo.AdminGrain.EnableKeyAsync(Root, key.Key.AccessKey, false)).IsEnabled);
        Assert.False((await silo.Identity.FindAccessKeyAsync(key.Key.AccessKey))!.IsEnabled);
        Assert.True((await silo.AdminGrain.EnableKeyAsync(Root, key.Key.AccessKey, true)).IsEnabled);
        await silo.AdminGrain.DeleteKeyAsync(Root, key.Key.AccessKey);

        Assert.Equal(Enumerable.Repeat($"AccessKey {key.Key.AccessKey}", 3), await silo.ChangesSinceAsync(before));
        Assert.Null(await silo.Identity.FindAccessKeyAsync(key.Key.AccessKey));
        await RefusedAsync(BrokerErrorReason.UnknownIdentity, async () => await silo.AdminGrain.DeleteKeyAsync(Root, key.Key.AccessKey));
    }

    [Fact]
    public async Task A_principal_has_no_more_keys_than_allowed()
    {
        PrincipalView principal = await silo.NewPrincipalAsync();
        for (int i = 0; i < 10; i++)
        {
            await silo.NewKeyAsync(principal.PrincipalId);
        }

        BrokerException refusal = await RefusedAsync(BrokerErrorReason.InvalidArgument, async () => await silo.NewKeyAsync(principal.PrincipalId));
        Assert.Contains("Identity:MaxKeysPerPrincipal", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_listed_page_by_page_newest_first()
    {
        PrincipalView principal = await silo.NewPrincipalAsync();
        var made = new List<string>();
        for (int i = 0; i < 3; i++)
        {
            silo.Clock.Advance(TimeSpan.FromTicks(1));
            made.Insert(0, (await silo.NewKeyAsync(principal.PrincipalId)).Key.AccessKey);
        }

        Assert.Equal(made[..2], (await silo.AdminGrain.ListKeysAsync(Root, principal.PrincipalId, null, 2)).Select(key => key.AccessKey));
        Assert.Equal(made[2..], (await silo.AdminGrain.ListKeysAsync(Root, principal.PrincipalId, made[1], 2)).Select(key => key.AccessKey));
    }

    [Fact]
    public async Task A_changed_or_deleted_principal_is_told_with_its_keys()
    {
        PrincipalView principal = await silo.NewPrincipalAsync();
        NewAccessKey key = await silo.NewKeyAsync(principal.PrincipalId);
        string[] told = [$"Principal {principal.PrincipalId}", $"AccessKey {key.Key.AccessKey}"];
        long before = await silo.RevisionAsync();

        PrincipalView changed = await silo.AdminGrain.ChangePrincipalAsync(
            Root, principal.PrincipalId, new PrincipalChange { Roles = Roles.Auditor, IsEnabled = false });
        Assert.Equal((Roles.Auditor, false), (changed.Roles, changed.IsEnabled));
        Assert.Equal(changed, (await silo.Identity.FindAccessKeyAsync(key.Key.AccessKey))!.Principal);
        await silo.AdminGrain.DeletePrincipalAsync(Root, principal.PrincipalId);

        Assert.Equal(told.Concat(told), await silo.ChangesSinceAsync(before));
        Assert.Null(await silo.Identity.FindPrincipalAsync(principal.PrincipalId));
        Assert.Null(await silo.Identity.FindAccessKeyAsync(key.Key.AccessKey));
        await RefusedAsync(BrokerErrorReason.UnknownIdentity, async () => await silo.AdminGrain.DeletePrincipalAsync(Root, principal.PrincipalId));
    }

    [Fact]
    public async Task A_principal_that_is_not_changed_is_not_told()
    {
        PrincipalView principal = await silo.NewPrincipalAsync();
        long before = await silo.RevisionAsync();

        Assert.Equal(principal, await silo.AdminGrain.ChangePrincipalAsync(Root, principal.PrincipalId, new PrincipalChange { Roles = principal.Roles }));

        Assert.Equal(before, await silo.RevisionAsync());
    }

    [Fact]
    public async Task A_disabled_project_stops_those_bound_to_it_and_a_disabled_domain_everybody()
    {
        (TenantView domain, TenantView project) = await silo.NewDomainAsync();
        PrincipalView bound = await silo.NewPrincipalAsync(domain.TenantId);
        PrincipalView wide = await silo.NewPrincipalAsync(domain.TenantId, isDomainWide: true);

        await silo.AdminGrain.ChangeTenantAsync(Root, project.TenantId, new TenantChange { IsEnabled = false });
        Assert.Equal((false, false), await StateAsync(bound));
        Assert.Equal((true, false), await StateAsync(wide));

        await silo.AdminGrain.ChangeTenantAsync(Root, project.TenantId, new TenantChange { IsEnabled = true });
        await silo.AdminGrain.ChangeTenantAsync(Root, domain.TenantId, new TenantChange { IsEnabled = false });
        Assert.Equal((false, true), await StateAsync(bound));
        Assert.Equal((false, true), await StateAsync(wide));

        async Task<(bool, bool)> StateAsync(PrincipalView principal)
        {
            PrincipalView now = (await silo.Identity.FindPrincipalAsync(principal.PrincipalId))!;
            return (now.IsEnabled, now.IsProjectEnabled);
        }
    }

    [Fact]
    public async Task Quotas_are_the_broker_administrators_to_change()
    {
        (TenantView domain, TenantView project) = await silo.NewDomainAsync();
        PrincipalView principal = await silo.NewPrincipalAsync(domain.TenantId);
        var quotas = new TenantChange { MaxSourceServers = 1, MaxPendingCommands = 2, MaxRequestsPerSecond = 3 };

        TenantView changed = await silo.AdminGrain.ChangeTenantAsync(Root, project.TenantId, quotas);

        Assert.Equal((1, 2, 3), (changed.MaxSourceServers, changed.MaxPendingCommands, changed.MaxRequestsPerSecond));
        Assert.Equal(3, (await silo.Identity.FindPrincipalAsync(principal.PrincipalId))!.MaxRequestsPerSecond);
        AdminCaller own = IdentitySilo.Admin(domain.TenantId);
        await RefusedAsync(BrokerErrorReason.Unauthorized, async () => await silo.AdminGrain.ChangeTenantAsync(own, project.TenantId, quotas));
        Assert.False((await silo.AdminGrain.ChangeTenantAsync(own, project.TenantId, new TenantChange { IsEnabled = false })).IsEnabled);
        Assert.Null((await silo.AdminGrain.ChangeTenantAsync(Root, project.TenantId, new TenantChange { MaxPendingCommands = 0 })).MaxPendingCommands);
        await RefusedAsync(BrokerErrorReason.InvalidArgument, async () => await silo.AdminGrain.ChangeTenantAsync(Root, domain.TenantId, quotas));
        await RefusedAsync(BrokerErrorReason.InvalidArgument, async () => await silo.AdminGrain.ChangeTenantAsync(Root, project.TenantId, new TenantChange { MaxSourceServers = -1 }));
    }

    [Fact]
    public async Task The_default_domain_cannot_be_disabled() => await RefusedAsync(BrokerErrorReason.InvalidArgument, async () =>
        await silo.AdminGrain.ChangeTenantAsync(Root, DefaultTenant.DomainId, new TenantChange { IsEnabled = false }));

    [Theory]
    [InlineData("delete")]
    [InlineData("overview")]
    [InlineData("..")]
    [InlineData("a b")]
    public async Task A_principal_is_not_bound_to_an_id_that_no_source_server_may_have(string serverId) => await RefusedAsync(
        BrokerErrorReason.InvalidArgument,
        async () => await AgentKeys.CreateAsync(silo.AdminGrain, Root, DefaultTenant.ProjectId, serverId, new NewAccessKeyCall { PrincipalId = "" }));

    [Fact]
    public async Task A_principal_bound_to_a_source_server_is_not_domain_wide() => await RefusedAsync(BrokerErrorReason.InvalidArgument, async () =>
        await silo.AdminGrain.CreatePrincipalAsync(Root, new NewPrincipal
        {
            DomainId = DefaultTenant.DomainId,
            Name = IdentitySilo.NewName(),
            Roles = Roles.Agent,
            ServerId = "server-1",
            IsDomainWide = true,
        }));

    [Fact]
    public async Task Changes_at_the_same_time_are_all_made_once()
    {
        PrincipalView principal = await silo.NewPrincipalAsync();

        ImmutableArray<NewAccessKey> keys = [.. await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => await silo.NewKeyAsync(principal.PrincipalId)))];

        Assert.Equal(10, keys.Select(key => key.Key.AccessKey).Distinct().Count());
        Assert.Equal(10, (await silo.AdminGrain.ListKeysAsync(Root, principal.PrincipalId, null, 100)).Length);
        await RefusedAsync(BrokerErrorReason.InvalidArgument, async () => await silo.NewKeyAsync(principal.PrincipalId));
    }

    [Fact]
    public async Task Every_change_is_in_the_audit_with_who_made_it_and_no_secret()
    {
        PrincipalView principal = await silo.NewPrincipalAsync(password: "a long password");
        NewAccessKey key = await silo.NewKeyAsync(principal.PrincipalId);
        await silo.AdminGrain.RotateKeyAsync(Root, key.Key.AccessKey, TimeSpan.Zero);
        await silo.AdminGrain.ChangePrincipalAsync(Root, principal.PrincipalId, new PrincipalChange { Password = "another password" });
        await silo.AdminGrain.DeletePrincipalAsync(Root, principal.PrincipalId);

        ImmutableArray<AuditEvent> events = await silo.AdminGrain.ReadEventsAsync(Root, new AuditQuery { Limit = 5 });

        Assert.Equal(
            ["principal.deleted", "principal.changed", "key.rotated", "key.created", "principal.created"], events.Select(one => one.Action));
        Assert.All(events, one => Assert.Equal((Root.Actor, "request-1", silo.Clock.GetUtcNow()), (one.Actor, one.RequestId, one.At)));
        Assert.Equal([principal.Name, principal.Name, key.Key.AccessKey, key.Key.AccessKey, principal.Name], events.Select(one => one.Subject));
        Assert.All(events, one => Assert.DoesNotContain("long password", one.ToString(), StringComparison.Ordinal));
        Assert.All(events, one => Assert.DoesNotContain(key.SecretKey, one.ToString(), StringComparison.Ordinal));
        Assert.Equal(events.Skip(1), await silo.AdminGrain.ReadEventsAsync(Root, new AuditQuery { Limit = 4, Before = events[0].AuditNo }));
    }

    private static async Task<BrokerException> RefusedAsync(BrokerErrorReason reason, Func<Task> call)
    {
        BrokerException refusal = await Assert.ThrowsAsync<BrokerException>(call);
        Assert.Equal(reason, refusal.Reason);
        return refusal;
    }
}
