using System.Collections.Frozen;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>Makes a principal of the broker out of whom an external IAM names.</summary>
/// <remarks>
/// A tenant that is not mapped has the IAM's own id. The default domain and project are reached by the mapping alone: administrators of that domain administer
/// the broker, and an IAM in which tenants are named at will must not be able to name them.
/// </remarks>
internal sealed class ExternalPrincipals(
    IExternalIam iam, IdentityCache cache, RequestBudgets budgets, IOptions<AdmissionOptions> admission, IOptions<ExternalIamOptions> options, TimeProvider clock)
{
    private const int MaxNameLength = 64;

    private readonly FrozenDictionary<string, string> _projects = NameMap.ReadIds("Identity:External:Projects", options.Value.Projects);
    private readonly FrozenDictionary<string, string> _domains = NameMap.ReadIds("Identity:External:Domains", options.Value.Domains);
    private readonly FrozenSet<string> _stored = NameMap.ReadIds("Identity:External:Domains", options.Value.Domains).Values.ToFrozenSet(StringComparer.Ordinal);
    private readonly string _mode = admission.Value.Mode;

    /// <summary>Makes it.</summary>
    /// <returns>Null when there is no tenant for it here, or it is bound to a source server that cannot be.</returns>
    /// <exception cref="BrokerException">The silos, which know the limits of mapped projects, could not be asked.</exception>
    public async ValueTask<KnownPrincipal?> FindAsync(ExternalIdentity identity)
    {
        bool isDomainWide = identity.ProjectId is null;
        string? domain = TenantOf(identity.DomainId, _domains, DefaultTenant.DomainId);
        string? project = isDomainWide ? domain : TenantOf(identity.ProjectId, _projects, DefaultTenant.ProjectId);
        if (domain is null || project is null || (isDomainWide && project == DefaultTenant.ProjectId) || (identity.ServerId is { } server && !ServerId.TryParse(server, out _)))
        {
            return null;
        }

        TenantView? stored = _stored.Contains(domain) ? await FindStoredAsync(domain, isDomainWide ? null : project) : null;
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
            IsEnabled = true,
            IsProjectEnabled = stored?.IsEnabled ?? true,
            CreatedAt = clock.GetUtcNow(),
        };
        return new KnownPrincipal(view, budgets.Of(view.ProjectId, stored?.MaxRequestsPerSecond));
    }

    /// <summary>A project of one of the broker's own domains; of a caller who counts in all of them the first, or the default one.</summary>
    private async ValueTask<TenantView?> FindStoredAsync(string domain, string? project)
    {
        KnownProjects? known = await cache.Projects.FindAsync(domain, clock.GetUtcNow());
        return project is not null
            ? known?.All.FirstOrDefault(one => one.TenantId == project)
            : known?.Find(DefaultTenant.ProjectId) ?? known?.All.FirstOrDefault(one => one.IsEnabled);
    }

    private static string? TenantOf(string? id, FrozenDictionary<string, string> map, string reserved) =>
        id is null ? null
        : map.TryGetValue(id, out string? mapped) ? mapped
        : id != reserved && ProjectId.TryParse(id, out _) ? id
        : null;

    // It goes to logs and rows: bounded, and in one line.
    private static string NameOf(string name)
    {
        string bounded = name.Length > MaxNameLength ? name[..MaxNameLength] : name;
        return bounded.Any(char.IsControl) ? string.Concat(bounded.Select(one => char.IsControl(one) ? '?' : one)) : bounded;
    }
}
