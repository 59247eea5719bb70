using System.Collections.Immutable;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Core;
using CommandBroker.Storage.Identity;

namespace CommandBroker.Grains;

internal sealed partial class IdentityAdminGrain
{
    public async ValueTask<TenantView> CreateDomainAsync(AdminCaller caller, string name)
    {
        caller.RequireBrokerAdmin("Making domains");
        IdentityBounds.CheckName(name);
        return await writes.RunAsync<TenantView>(async () =>
        {
            if (await _store.FindDomainByNameAsync(name) is not null)
            {
                throw AdminScope.Exists("domain");
            }

            DateTimeOffset now = context.Now;
            var domain = new StoredDomain { DomainId = IdentityIds.NewId(), Name = name, CreatedAt = now };
            StoredProject project = NewProject(domain.DomainId, DefaultTenant.ProjectName, now);
            var change = new IdentityChangeSet(caller, now);
            change.Tell(IdentityChangeKind.Tenant, domain.DomainId);
            change.Note(AuditActions.DomainCreated, projectId: null, domain.DomainId, name);
            return (change.ToWrite() with { Domains = [domain], Projects = [project] }, IdentityViews.Of(domain));
        });
    }

    public async ValueTask<ImmutableArray<TenantView>> ListDomainsAsync(AdminCaller caller, string? after, int limit)
    {
        CheckPage(after, limit);
        if (caller.IsBrokerAdmin)
        {
            return [.. (await _store.ListDomainsAsync(limit, after)).Select(IdentityViews.Of)];
        }

        // It sees one, which is the first page.
        return after is null && await _store.FindDomainAsync(caller.Actor.DomainId) is { } own ? [IdentityViews.Of(own)] : [];
    }

    public async ValueTask<TenantView> CreateProjectAsync(AdminCaller caller, string domainId, string name)
    {
        await RequireDomainAsync(caller, domainId);
        caller.RequireDomainWide("Making projects");
        IdentityBounds.CheckName(name);
        return await writes.RunAsync<TenantView>(async () =>
        {
            await RequireDomainAsync(caller, domainId);
            if ((await _store.ListProjectsAsync(domainId, name, 1)).Count > 0)
            {
                throw AdminScope.Exists("project");
            }

            DateTimeOffset now = context.Now;
            StoredProject project = NewProject(domainId, name, now);
            var change = new IdentityChangeSet(caller, now);
            change.Tell(IdentityChangeKind.Tenant, project.ProjectId);
            change.Note(AuditActions.ProjectCreated, project.ProjectId, project.ProjectId, name);
            return (change.ToWrite() with { Projects = [project] }, IdentityViews.Of(project));
        });
    }

    public async ValueTask<ImmutableArray<TenantView>> ListProjectsAsync(AdminCaller caller, string domainId, string? after, int limit)
    {
        CheckPage(after, limit);
        await RequireDomainAsync(caller, domainId);
        if (caller.ProjectId is not { } bound)
        {
            return [.. (await _store.ListProjectsAsync(domainId, name: null, limit, after)).Where(caller.Sees).Select(IdentityViews.Of)];
        }

        // It sees one, which is the first page.
        return after is null && await _store.FindProjectAsync(bound) is { } own && own.DomainId == domainId && caller.Sees(own) ? [IdentityViews.Of(own)] : [];
    }

    public async ValueTask<TenantView?> ShowTenantAsync(AdminCaller caller, string tenantId)
    {
        if (!IdentityIds.IsId(tenantId))
        {
            return null;
        }

        if (await _store.FindProjectAsync(tenantId) is { } project)
        {
            return caller.Sees(project) ? IdentityViews.Of(project) : null;
        }

        return await _store.FindDomainAsync(tenantId) is { } domain && caller.Sees(domain.DomainId) ? IdentityViews.Of(domain) : null;
    }

    public async ValueTask<TenantView> ChangeTenantAsync(AdminCaller caller, string tenantId, TenantChange change)
    {
        IdentityBounds.CheckQuota("max_source_servers", change.MaxSourceServers);
        IdentityBounds.CheckQuota("max_pending_commands", change.MaxPendingCommands);
        IdentityBounds.CheckQuota("max_requests_per_second", change.MaxRequestsPerSecond);
        if (!IdentityIds.IsId(tenantId))
        {
            throw AdminScope.Unknown("domain or project");
        }

        return await writes.RunAsync<TenantView>(async () => await _store.FindProjectAsync(tenantId) is { } project && caller.Sees(project)
            ? ChangeProject(caller, project, change)
            : ChangeDomain(
                caller, AdminScope.Require(await _store.FindDomainAsync(tenantId), caller.Sees(tenantId), "domain or project"), change));
    }

    private (IdentityWrite? Write, TenantView Answer) ChangeProject(AdminCaller caller, StoredProject project, TenantChange change)
    {
        if (HasQuota(change))
        {
            caller.RequireBrokerAdmin("Changing quotas");
        }

        caller.RequireDomainWide("Changing projects");
        StoredProject changed = project with
        {
            IsEnabled = change.IsEnabled ?? project.IsEnabled,
            MaxSourceServers = Quota(change.MaxSourceServers, project.MaxSourceServers),
            MaxPendingCommands = Quota(change.MaxPendingCommands, project.MaxPendingCommands),
            MaxRequestsPerSecond = Quota(change.MaxRequestsPerSecond, project.MaxRequestsPerSecond),
        };
        return (changed == project
            ? null
            : Tell(AuditActions.ProjectChanged, caller, project.ProjectId, project.ProjectId, change) with { Projects = [changed] }, IdentityViews.Of(changed));
    }

    private (IdentityWrite? Write, TenantView Answer) ChangeDomain(AdminCaller caller, StoredDomain domain, TenantChange change)
    {
        caller.RequireBrokerAdmin("Changing domains");
        if (HasQuota(change))
        {
            throw IdentityBounds.Invalid("A domain has no quotas; its projects have.");
        }

        if (domain.DomainId == DefaultTenant.DomainId && change.IsEnabled == false)
        {
            throw IdentityBounds.Invalid("The default domain cannot be disabled: its administrators administer the broker.");
        }

        StoredDomain changed = domain with { IsEnabled = change.IsEnabled ?? domain.IsEnabled };
        return (changed == domain
            ? null
            : Tell(AuditActions.DomainChanged, caller, projectId: null, domain.DomainId, change) with { Domains = [changed] }, IdentityViews.Of(changed));
    }

    private IdentityWrite Tell(string action, AdminCaller caller, string? projectId, string tenantId, TenantChange change)
    {
        var told = new IdentityChangeSet(caller, context.Now);
        told.Tell(IdentityChangeKind.Tenant, tenantId);
        string?[] parts =
        [
            change.IsEnabled is { } isEnabled ? (isEnabled ? "enabled" : "disabled") : null,
            change.MaxSourceServers is { } servers ? $"max_source_servers {servers}" : null,
            change.MaxPendingCommands is { } commands ? $"max_pending_commands {commands}" : null,
            change.MaxRequestsPerSecond is { } requests ? $"max_requests_per_second {requests}" : null,
        ];
        told.Note(action, projectId, tenantId, string.Join(", ", parts.Where(part => part is not null)));
        return told.ToWrite();
    }

    private static void CheckPage(string? after, int limit)
    {
        IdentityBounds.CheckLimit(limit);
        if (!StorableText.IsStorable(after))
        {
            throw IdentityBounds.Invalid($"after {StorableText.Fault}");
        }
    }

    private async Task RequireDomainAsync(AdminCaller caller, string domainId)
    {
        if (!IdentityIds.IsId(domainId) || !caller.Sees(domainId) || await _store.FindDomainAsync(domainId) is null)
        {
            throw AdminScope.Unknown("domain");
        }
    }

    private static StoredProject NewProject(string domainId, string name, DateTimeOffset now) =>
        new() { ProjectId = IdentityIds.NewId(), DomainId = domainId, Name = name, CreatedAt = now };

    private static bool HasQuota(TenantChange change) =>
        change is { MaxSourceServers: not null } or { MaxPendingCommands: not null } or { MaxRequestsPerSecond: not null };

    private static int? Quota(int? given, int? known) => given switch
    {
        null => known,
        0 => null,
        _ => given,
    };
}
