using System.Collections.Immutable;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Core;
using CommandBroker.Storage.Identity;

namespace CommandBroker.Grains;

internal sealed partial class IdentityAdminGrain
{
    public async ValueTask<PrincipalView> CreatePrincipalAsync(AdminCaller caller, NewPrincipal principal)
    {
        string domainId = principal.DomainId ?? caller.Actor.DomainId;
        await RequireDomainAsync(caller, domainId);
        Check(caller, principal);
        string? hash = principal.Password is { } password ? await context.Passwords.HashAsync(password) : null;
        return await writes.RunAsync<PrincipalView>(async () =>
        {
            await RequireDomainAsync(caller, domainId);
            if (await _store.FindPrincipalByNameAsync(domainId, principal.Name) is not null)
            {
                throw AdminScope.Exists("principal");
            }

            StoredProject project = await ChooseProjectAsync(caller, principal, domainId);
            StoredDomain domain = (await _store.FindDomainAsync(domainId))!;
            DateTimeOffset now = context.Now;
            StoredPrincipal made = New(principal, project, hash, now);
            var change = new IdentityChangeSet(caller, now);
            change.Tell(IdentityChangeKind.Principal, made.PrincipalId);
            change.Note(AuditActions.PrincipalCreated, made.ProjectId, made.Name, $"roles {principal.Roles}{(made.IsDomainWide ? ", domain-wide" : "")}");
            return (change.ToWrite() with { Principals = [made] }, IdentityViews.Of(new PrincipalEntry(made, domain, project), context.Options));
        });
    }

    public async ValueTask<ImmutableArray<PrincipalView>> ListPrincipalsAsync(AdminCaller caller, string domainId, string? after, int limit)
    {
        CheckPage(after, limit);
        await RequireDomainAsync(caller, domainId);
        IReadOnlyList<PrincipalEntry> found = await _store.ListPrincipalsAsync(new PrincipalFilter(domainId, caller.ProjectId, after, limit));
        return [.. found.Select(entry => IdentityViews.Of(entry, context.Options))];
    }

    public async ValueTask<PrincipalView?> ShowPrincipalAsync(AdminCaller caller, string principalId) =>
        await FindPrincipalAsync(caller, principalId) is { } found ? IdentityViews.Of(found, context.Options) : null;

    public async ValueTask<PrincipalView?> FindPrincipalAsync(AdminCaller caller, string domainId, string name) =>
        IdentityIds.IsId(domainId) && StorableText.IsStorable(name)
        && await _store.FindPrincipalByNameAsync(domainId, name) is { } found && caller.Sees(found.Principal)
            ? IdentityViews.Of(found, context.Options)
            : null;

    public async ValueTask<PrincipalView> ChangePrincipalAsync(AdminCaller caller, string principalId, PrincipalChange change)
    {
        IdentityBounds.CheckRoles(change.Roles ?? Roles.None);
        IdentityBounds.CheckPassword(change.Password);
        await RequirePrincipalAsync(caller, principalId);
        string? hash = change.Password is { } password ? await context.Passwords.HashAsync(password) : null;
        return await writes.RunAsync<PrincipalView>(async () =>
        {
            PrincipalEntry before = await RequirePrincipalAsync(caller, principalId);
            IdentityBounds.CheckBound(before.Principal.ServerId, change.Roles ?? Roles.None);
            DateTimeOffset now = context.Now;
            StoredPrincipal after = before.Principal with
            {
                Roles = (int?)change.Roles ?? before.Principal.Roles,
                IsEnabled = change.IsEnabled ?? before.Principal.IsEnabled,
                PasswordHash = hash ?? before.Principal.PasswordHash,
                TokensValidFrom = hash is null ? before.Principal.TokensValidFrom : now,
            };
            PrincipalView answer = IdentityViews.Of(before with { Principal = after }, context.Options);
            if (after == before.Principal)
            {
                return (null, answer);
            }

            if (!IsBrokerAdmin(after))
            {
                await RequireAnotherAdminAsync(before.Principal);
            }

            return ((await TellAsync(AuditActions.PrincipalChanged, caller, after, TextOf(change), now)) with { Principals = [after] }, answer);
        });
    }

    public async ValueTask DeletePrincipalAsync(AdminCaller caller, string principalId) => await writes.RunAsync(async () =>
    {
        StoredPrincipal gone = (await RequirePrincipalAsync(caller, principalId)).Principal;
        await RequireAnotherAdminAsync(gone);
        IReadOnlyList<CredentialEntry> owned = await ListCredentialsAsync(gone);
        return ((await TellAsync(AuditActions.PrincipalDeleted, caller, gone, detail: null, context.Now)) with
        {
            DeletedPrincipals = [principalId],
            Given = [.. GivenOnce.EndedWith(gone, owned, await _store.ReadGivenAsync(), context.Options.BootstrapAdmin)],
        }, true);
    });

    private async Task<PrincipalEntry?> FindPrincipalAsync(AdminCaller caller, string principalId) =>
        IdentityIds.IsId(principalId) && await _store.FindPrincipalAsync(principalId) is { } found && caller.Sees(found.Principal) ? found : null;

    private async Task<PrincipalEntry> RequirePrincipalAsync(AdminCaller caller, string principalId) =>
        await FindPrincipalAsync(caller, principalId) ?? throw AdminScope.Unknown("principal");

    /// <summary>Without an administrator of the broker nobody could make one again.</summary>
    private async Task RequireAnotherAdminAsync(StoredPrincipal one)
    {
        if (!IsBrokerAdmin(one))
        {
            return;
        }

        string? after = null;
        IReadOnlyList<PrincipalEntry> page;
        do
        {
            page = await _store.ListPrincipalsAsync(new PrincipalFilter(DefaultTenant.DomainId, null, after, MaxTenants));
            if (page.Any(entry => IsBrokerAdmin(entry.Principal) && entry.Principal.PrincipalId != one.PrincipalId))
            {
                return;
            }

            after = page.Count > 0 ? page[^1].Principal.Name : null;
        }
        while (page.Count == MaxTenants);

        throw IdentityBounds.Invalid($"{one.Name} is the last enabled administrator of the broker; make another one first.");
    }

    private static bool IsBrokerAdmin(StoredPrincipal principal) =>
        principal is { DomainId: DefaultTenant.DomainId, IsDomainWide: true, IsEnabled: true } && ((Roles)principal.Roles).HasFlag(Roles.Admin);

    private async Task<IdentityWrite> TellAsync(string action, AdminCaller caller, StoredPrincipal principal, string? detail, DateTimeOffset now)
    {
        var change = new IdentityChangeSet(caller, now);
        change.Tell(IdentityChangeKind.Principal, principal.PrincipalId);
        foreach (CredentialEntry credential in await ListCredentialsAsync(principal))
        {
            change.Tell(credential.Credential);
        }

        change.Note(action, principal.ProjectId, principal.Name, detail);
        return change.ToWrite();
    }

    private async Task<IReadOnlyList<CredentialEntry>> ListCredentialsAsync(StoredPrincipal principal)
    {
        var all = new List<CredentialEntry>();
        IReadOnlyList<CredentialEntry> page;
        do
        {
            page = await _store.ListCredentialsAsync(new CredentialFilter
            {
                DomainId = principal.DomainId,
                PrincipalId = principal.PrincipalId,
                After = all.Count == 0 ? null : all[^1].Credential,
                Limit = MaxTenants,
            });
            all.AddRange(page);
        }
        while (page.Count == MaxTenants);

        return all;
    }

    private static void Check(AdminCaller caller, NewPrincipal principal)
    {
        IdentityBounds.CheckName(principal.Name);
        IdentityBounds.CheckRoles(principal.Roles);
        IdentityBounds.CheckServerId(principal.ServerId);
        IdentityBounds.CheckBound(principal.ServerId, principal.Roles);
        IdentityBounds.CheckPassword(principal.Password);
        if (!principal.IsDomainWide)
        {
            return;
        }

        caller.RequireDomainWide("Making principals that are domain-wide");
        if (principal.ServerId is not null)
        {
            throw IdentityBounds.Invalid("A principal that is bound to a source server belongs to one project and cannot be domain-wide.");
        }
    }

    private async Task<StoredProject> ChooseProjectAsync(AdminCaller caller, NewPrincipal principal, string domainId)
    {
        if ((principal.ProjectId ?? caller.ProjectId) is { } projectId)
        {
            StoredProject? given = IdentityIds.IsId(projectId) ? await _store.FindProjectAsync(projectId) : null;
            return AdminScope.Require(given, given is not null && given.DomainId == domainId && caller.Sees(given), "project");
        }

        // The project that its domain was made with.
        return (await _store.ListProjectsAsync(domainId, DefaultTenant.ProjectName, 1)).SingleOrDefault()
            ?? (await _store.ListProjectsAsync(domainId, name: null, MaxTenants)).MinBy(project => project.CreatedAt)
            ?? throw AdminScope.Unknown("project");
    }

    private static StoredPrincipal New(NewPrincipal given, StoredProject project, string? hash, DateTimeOffset now) => new()
    {
        PrincipalId = IdentityIds.NewId(),
        DomainId = project.DomainId,
        ProjectId = project.ProjectId,
        Name = given.Name,
        IsDomainWide = given.IsDomainWide,
        ServerId = given.ServerId,
        Roles = (int)given.Roles,
        PasswordHash = hash,
        CreatedAt = now,
    };

    private static string TextOf(PrincipalChange change)
    {
        string?[] parts =
        [
            change.Roles is { } roles ? $"roles {roles}" : null,
            change.IsEnabled is { } isEnabled ? (isEnabled ? "enabled" : "disabled") : null,
            change.Password is not null ? "password" : null,
        ];
        return string.Join(", ", parts.Where(part => part is not null));
    }
}
