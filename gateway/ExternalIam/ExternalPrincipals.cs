using System.Collections.Frozen;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>Makes a principal of the broker out of whom an external IAM names.</summary>
/// <remarks>
/// A tenant that is not mapped has the IAM's own id. Domains and projects that the broker made are reached by the mapping alone: an IAM in which
/// tenants are named at will must not be able to name them. What is mapped has the broker's limits and its switch, project and domain each for itself.
/// </remarks>
internal sealed class ExternalPrincipals(
    IExternalIam iam, IdentityCache cache, IBrokerGrains grains, RequestBudgets budgets, IOptions<AdmissionOptions> admission, IOptions<ExternalIamOptions> options, TimeProvider clock)
{
    private const int MaxNameLength = 64;
    private const int MaxProjects = 1_000;

    private readonly FrozenDictionary<string, string> _projects = NameMap.ReadIds("Identity:External:Projects", options.Value.Projects);
    private readonly FrozenDictionary<string, string> _domains = NameMap.ReadIds("Identity:External:Domains", options.Value.Domains);
    private readonly string _mode = admission.Value.Mode;

    /// <summary>Makes it.</summary>
    /// <returns>Null when there is no tenant for it here, or it is bound to a source server that cannot be.</returns>
    /// <exception cref="BrokerException">The silos, which know the limits of mapped projects, could not be asked.</exception>
    public async ValueTask<KnownPrincipal?> FindAsync(ExternalIdentity identity)
    {
        bool isDomainWide = identity.ProjectId is null;
        string? domain = TenantOf(identity.DomainId, _domains);
        string? project = isDomainWide ? domain : TenantOf(identity.ProjectId, _projects);
        if (domain is null || project is null || (isDomainWide && project == DefaultTenant.ProjectId) || (identity.ServerId is { } server && !ServerId.TryParse(server, out _)))
        {
            return null;
        }

        TenantView? storedDomain = await FindStoredAsync(domain);
        TenantView? stored = !isDomainWide ? await FindStoredAsync(project) : storedDomain is null ? null : await ChooseProjectAsync(domain);
        if (IsTaken(identity.DomainId, storedDomain, _domains) || (!isDomainWide && IsTaken(identity.ProjectId, stored, _projects)))
        {
            return null;
        }

        var view = new PrincipalView
        {
            PrincipalId = $"{_mode}:{identity.UserId}",
            Name = NameOf(identity.UserName),
            DomainId = domain,
            DomainName = NameOf(identity.DomainName ?? domain),
            ProjectId = stored?.TenantId ?? project,
            ProjectName = stored?.Name ?? NameOf(identity.ProjectName ?? project),
            IsDomainWide = isDomainWide,
            ServerId = identity.ServerId,
            Roles = identity.Roles.Aggregate(Roles.None, (all, role) => all | iam.RolesOf(role)),
            IsEnabled = storedDomain?.IsEnabled ?? true,
            IsProjectEnabled = stored?.IsEnabled ?? true,
            CreatedAt = clock.GetUtcNow(),
        };
        return new KnownPrincipal(view, budgets.Of(view.ProjectId, stored?.MaxRequestsPerSecond));
    }

    private async ValueTask<TenantView?> FindStoredAsync(string tenantId) => (await cache.Tenants.FindAsync(tenantId, clock.GetUtcNow()))?.View;

    /// <summary>Where a caller who counts in all projects of a domain works unless it says so: in the default project, or in the first one.</summary>
    private async ValueTask<TenantView?> ChooseProjectAsync(string domain) =>
        domain == DefaultTenant.DomainId && await FindStoredAsync(DefaultTenant.ProjectId) is { IsEnabled: true } usual
            ? usual
            : (await grains.Identity.ListProjectsPageAsync(domain, afterId: null, MaxProjects)).FirstOrDefault(one => one.IsEnabled);

    /// <summary>Whether the broker made a tenant of an id that no mapping gave.</summary>
    private static bool IsTaken(string? id, TenantView? stored, FrozenDictionary<string, string> map) => stored is not null && !map.ContainsKey(id!);

    private static string? TenantOf(string? id, FrozenDictionary<string, string> map) =>
        id is null ? null
        : map.TryGetValue(id, out string? mapped) ? mapped
        : ProjectId.TryParse(id, out _) ? id
        : null;

    // It goes to logs and rows: bounded, not in the middle of a character, and in one line.
    private static string NameOf(string name)
    {
        string bounded = name.Length <= MaxNameLength ? name : name[..(char.IsHighSurrogate(name[MaxNameLength - 1]) ? MaxNameLength - 1 : MaxNameLength)];
        return bounded.Any(char.IsControl) ? string.Concat(bounded.Select(one => char.IsControl(one) ? '?' : one)) : bounded;
    }
}
