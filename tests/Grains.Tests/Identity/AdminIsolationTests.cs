using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>What an administrator may not see is answered as what does not exist, whatever is asked; what may not be done is done by nobody else.</summary>
public sealed class AdminIsolationTests(IdentitySilo silo) : IClassFixture<IdentitySilo>
{
    private const string Nobody = "00000000000000000000000000000000";

    /// <summary>Every call that takes an id, as one that can be made with any id.</summary>
    private Dictionary<string, Func<AdminCaller, Target, Task<object?>>> Calls => new()
    {
        ["CreateProjectAsync"] = async (caller, at) => await silo.AdminGrain.CreateProjectAsync(caller, at.DomainId, IdentitySilo.NewName()),
        ["ListProjectsAsync"] = async (caller, at) => await silo.AdminGrain.ListProjectsAsync(caller, at.DomainId, null, 1_000),
        ["ShowTenantAsync domain"] = async (caller, at) => await silo.AdminGrain.ShowTenantAsync(caller, at.DomainId),
        ["ShowTenantAsync project"] = async (caller, at) => await silo.AdminGrain.ShowTenantAsync(caller, at.ProjectId),
        ["ChangeTenantAsync domain"] = async (caller, at) => await silo.AdminGrain.ChangeTenantAsync(caller, at.DomainId, new TenantChange { IsEnabled = true }),
        ["ChangeTenantAsync project"] = async (caller, at) => await silo.AdminGrain.ChangeTenantAsync(caller, at.ProjectId, new TenantChange { IsEnabled = true }),
        ["CreatePrincipalAsync"] = async (caller, at) => await silo.AdminGrain.CreatePrincipalAsync(caller, New(at.DomainId, null)),
        ["CreatePrincipalAsync project"] = async (caller, at) => await silo.AdminGrain.CreatePrincipalAsync(caller, New(caller.Actor.DomainId, at.ProjectId)),
        ["ListPrincipalsAsync"] = async (caller, at) => await silo.AdminGrain.ListPrincipalsAsync(caller, at.DomainId, null, 10),
        ["ShowPrincipalAsync"] = async (caller, at) => await silo.AdminGrain.ShowPrincipalAsync(caller, at.Principal.PrincipalId),
        ["FindPrincipalAsync"] = async (caller, at) => await silo.AdminGrain.FindPrincipalAsync(caller, at.DomainId, at.Principal.Name),
        ["ChangePrincipalAsync"] = async (caller, at) => await silo.AdminGrain.ChangePrincipalAsync(caller, at.Principal.PrincipalId, new PrincipalChange { Roles = Roles.Admin }),
        ["DeletePrincipalAsync"] = async (caller, at) => await DoneAsync(silo.AdminGrain.DeletePrincipalAsync(caller, at.Principal.PrincipalId)),
        ["CreateKeyAsync"] = async (caller, at) => await silo.AdminGrain.CreateKeyAsync(caller, new NewAccessKeyCall { PrincipalId = at.Principal.PrincipalId }),
        ["ListKeysAsync"] = async (caller, at) => await silo.AdminGrain.ListKeysAsync(caller, at.Principal.PrincipalId, null, 10),
        ["ListKeysAsync after"] = async (caller, at) => await silo.AdminGrain.ListKeysAsync(caller, null, at.AccessKey, 10),
        ["ShowKeyAsync"] = async (caller, at) => await silo.AdminGrain.ShowKeyAsync(caller, at.AccessKey),
        ["RotateKeyAsync"] = async (caller, at) => await silo.AdminGrain.RotateKeyAsync(caller, at.AccessKey, TimeSpan.Zero),
        ["EnableKeyAsync"] = async (caller, at) => await silo.AdminGrain.EnableKeyAsync(caller, at.AccessKey, false),
        ["DeleteKeyAsync"] = async (caller, at) => await DoneAsync(silo.AdminGrain.DeleteKeyAsync(caller, at.AccessKey)),
        ["ReadAuditAsync"] = async (caller, at) => await silo.AdminGrain.ReadEventsAsync(caller, new AuditQuery { DomainId = at.DomainId }),
    };

    private static readonly string[] CallsWithoutId = ["CreateDomainAsync", "ListDomainsAsync", "RotateTokenKeyAsync", "EndTokensAsync", "EndCredentialsAsync", "StartReencryptionAsync", "ShowReencryptionAsync", "BootstrapAsync"];

    [Fact]
    public async Task What_is_foreign_is_answered_as_what_does_not_exist()
    {
        Target foreign = await NewTargetAsync();
        (TenantView domain, TenantView _) = await silo.NewDomainAsync();
        AdminCaller caller = IdentitySilo.Admin(domain.TenantId);
        long before = await silo.RevisionAsync();

        foreach ((string name, Func<AdminCaller, Target, Task<object?>> call) in Calls)
        {
            string answer = await AnswerAsync(caller, foreign, call);
            Assert.True(answer == await AnswerAsync(caller, Target.Missing, call), name);
            Assert.True(answer is "null" || answer.StartsWith("UnknownIdentity", StringComparison.Ordinal), $"{name}: {answer}");
        }

        Assert.Equal(before, await silo.RevisionAsync());
        Assert.DoesNotContain(await silo.AdminGrain.ListDomainsAsync(caller, null, 1_000), known => known.TenantId == foreign.DomainId);
        Assert.Empty(await silo.AdminGrain.ListKeysAsync(caller, null, null, 10));
    }

    [Fact]
    public async Task What_is_ones_own_is_answered()
    {
        foreach ((string name, Func<AdminCaller, Target, Task<object?>> call) in Calls.Where(call => call.Key is not "ChangeTenantAsync domain"))
        {
            Target own = await NewTargetAsync();
            string answer = await AnswerAsync(IdentitySilo.Admin(own.DomainId), own, call);
            Assert.True(answer == "something", $"{name}: {answer}");
        }
    }

    [Fact]
    public async Task Bound_to_a_project_one_sees_neither_another_project_nor_whoever_is_domain_wide()
    {
        Target wide = await NewTargetAsync(isDomainWide: true);
        TenantView other = await silo.AdminGrain.CreateProjectAsync(IdentitySilo.Root, wide.DomainId, "other");
        AdminCaller inOther = IdentitySilo.Admin(wide.DomainId, other.TenantId);
        AdminCaller inSame = IdentitySilo.Admin(wide.DomainId, wide.ProjectId);
        string[] ofPrincipal =
        [
            "ShowPrincipalAsync", "FindPrincipalAsync", "ChangePrincipalAsync", "DeletePrincipalAsync", "CreateKeyAsync", "ListKeysAsync", "ListKeysAsync after",
            "ShowKeyAsync", "RotateKeyAsync", "EnableKeyAsync", "DeleteKeyAsync",
        ];

        foreach (string name in ofPrincipal)
        {
            Assert.Equal(await AnswerAsync(inSame, Target.Missing with { DomainId = wide.DomainId }, Calls[name]), await AnswerAsync(inSame, wide, Calls[name]));
            Assert.Equal(await AnswerAsync(inOther, Target.Missing with { DomainId = wide.DomainId }, Calls[name]), await AnswerAsync(inOther, wide, Calls[name]));
        }

        Assert.Equal("null", await AnswerAsync(inOther, wide, Calls["ShowTenantAsync project"]));
        Assert.Equal(other, Assert.Single(await silo.AdminGrain.ListProjectsAsync(inOther, wide.DomainId, null, 1_000)));
        Assert.Empty(await silo.AdminGrain.ListPrincipalsAsync(inSame, wide.DomainId, null, 10));
        Assert.Empty(await silo.AdminGrain.ListKeysAsync(inSame, null, null, 10));
        Assert.Equal(other.TenantId, (await silo.AdminGrain.CreatePrincipalAsync(inOther, New(wide.DomainId, null))).ProjectId);
        await RefusedAsync(async () => await silo.AdminGrain.CreatePrincipalAsync(inOther, New(wide.DomainId, null) with { IsDomainWide = true }));
        await RefusedAsync(async () => await silo.AdminGrain.CreateProjectAsync(inOther, wide.DomainId, "third"));
        await RefusedAsync(async () => await silo.AdminGrain.ChangeTenantAsync(inOther, other.TenantId, new TenantChange { IsEnabled = false }));
    }

    [Fact]
    public async Task Only_broker_administrators_make_domains_and_handle_the_brokers_keys()
    {
        (TenantView domain, _) = await silo.NewDomainAsync();
        foreach (AdminCaller caller in (AdminCaller[])[IdentitySilo.Admin(domain.TenantId), IdentitySilo.Admin(DefaultTenant.DomainId, DefaultTenant.ProjectId)])
        {
            await RefusedAsync(async () => await silo.AdminGrain.CreateDomainAsync(caller, IdentitySilo.NewName()));
            await RefusedAsync(async () => await silo.AdminGrain.RotateTokenKeyAsync(caller));
            await RefusedAsync(async () => await silo.AdminGrain.EndTokensAsync(caller));
            await RefusedAsync(async () => await silo.AdminGrain.StartReencryptionAsync(caller));
            await RefusedAsync(async () => await silo.AdminGrain.ShowReencryptionAsync(caller));
            await RefusedAsync(async () => await silo.AdminGrain.ChangeTenantAsync(caller, caller.Actor.DomainId, new TenantChange { IsEnabled = true }));
        }
    }

    [Fact]
    public async Task The_audit_shows_ones_own_domain_and_ones_own_project_only()
    {
        Target own = await NewTargetAsync();
        TenantView other = await silo.AdminGrain.CreateProjectAsync(IdentitySilo.Admin(own.DomainId), own.DomainId, "other");
        AdminCaller wide = IdentitySilo.Admin(own.DomainId);
        AdminCaller bound = IdentitySilo.Admin(own.DomainId, other.TenantId);
        await silo.AdminGrain.CreatePrincipalAsync(wide, New(own.DomainId, other.TenantId));
        await silo.AdminGrain.CreatePrincipalAsync(wide, New(own.DomainId, own.ProjectId));

        Assert.All(await silo.AdminGrain.ReadEventsAsync(wide, new AuditQuery()), one => Assert.Equal(own.DomainId, one.Actor.DomainId));
        Assert.Equal(["principal.created", "project.created"], (await silo.AdminGrain.ReadEventsAsync(bound, new AuditQuery())).Select(one => one.Action));
        await Assert.ThrowsAsync<BrokerException>(async () => await silo.AdminGrain.ReadEventsAsync(bound, new AuditQuery { ProjectId = own.ProjectId }));
    }

    [Fact]
    public void Every_call_of_the_interface_is_in_this_matrix() => Assert.Equal(
        typeof(IIdentityAdminGrain).GetMethods().Select(method => method.Name).Order(),
        Calls.Keys.Select(name => name.Split(' ')[0]).Concat(CallsWithoutId).Distinct().Order());

    [Fact]
    public async Task The_last_enabled_broker_administrator_stays()
    {
        await using var alone = new Disposable(new IdentitySilo());
        IdentitySilo other = await alone.StartAsync();
        PrincipalView last = await other.NewPrincipalAsync(isDomainWide: true, roles: Roles.Admin | Roles.Operator);
        await other.NewPrincipalAsync(isDomainWide: false, roles: Roles.Admin);

        await KeptAsync(async () => await other.AdminGrain.DeletePrincipalAsync(IdentitySilo.Root, last.PrincipalId));
        await KeptAsync(async () => await other.AdminGrain.ChangePrincipalAsync(IdentitySilo.Root, last.PrincipalId, new PrincipalChange { IsEnabled = false }));
        await KeptAsync(async () => await other.AdminGrain.ChangePrincipalAsync(IdentitySilo.Root, last.PrincipalId, new PrincipalChange { Roles = Roles.Operator }));
        await other.AdminGrain.ChangePrincipalAsync(IdentitySilo.Root, last.PrincipalId, new PrincipalChange { Roles = Roles.Admin });
        await other.NewPrincipalAsync(isDomainWide: true, roles: Roles.Admin);
        await other.AdminGrain.DeletePrincipalAsync(IdentitySilo.Root, last.PrincipalId);

        static async Task KeptAsync(Func<Task> call) =>
            Assert.Equal(BrokerErrorReason.InvalidArgument, (await Assert.ThrowsAsync<BrokerException>(call)).Reason);
    }

    private static async Task<string> AnswerAsync(AdminCaller caller, Target target, Func<AdminCaller, Target, Task<object?>> call)
    {
        try
        {
            return await call(caller, target) is null ? "null" : "something";
        }
        catch (BrokerException refusal)
        {
            return $"{refusal.Reason}: {refusal.Message}";
        }
    }

    private static async Task RefusedAsync(Func<Task> call) =>
        Assert.Equal(BrokerErrorReason.Unauthorized, (await Assert.ThrowsAsync<BrokerException>(call)).Reason);

    private static async Task<object?> DoneAsync(ValueTask call)
    {
        await call;
        return true;
    }

    private static NewPrincipal New(string domainId, string? projectId) =>
        new() { DomainId = domainId, ProjectId = projectId, Name = IdentitySilo.NewName(), Roles = Roles.Agent };

    private async Task<Target> NewTargetAsync(bool isDomainWide = false)
    {
        (TenantView domain, TenantView project) = await silo.NewDomainAsync();
        PrincipalView principal = await silo.NewPrincipalAsync(domain.TenantId, isDomainWide: isDomainWide);
        return new Target(domain.TenantId, project.TenantId, principal, (await silo.NewKeyAsync(principal.PrincipalId)).Key.AccessKey);
    }

    private sealed record Target(string DomainId, string ProjectId, PrincipalView Principal, string AccessKey)
    {
        public static Target Missing { get; } = new(Nobody, Nobody, new PrincipalView
        {
            PrincipalId = Nobody,
            Name = "nobody",
            DomainId = Nobody,
            DomainName = "",
            ProjectId = Nobody,
            ProjectName = "",
            Roles = Roles.None,
            IsEnabled = true,
            CreatedAt = default,
        }, "NOBODYSKEY");
    }
}
