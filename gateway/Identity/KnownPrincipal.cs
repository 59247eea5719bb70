using System.Collections.Concurrent;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Gateway.Identity;

/// <summary>A principal as a silo last told it. All that this gateway remembers of its credentials points here, so one change ends them all.</summary>
internal sealed class KnownPrincipal(PrincipalView view, RefillingBucket? budget) : IRemembered
{
    private readonly ConcurrentDictionary<string, Principal> _elsewhere = new(StringComparer.Ordinal);
    private volatile bool _isForgotten;

    /// <summary>What the silo told.</summary>
    public PrincipalView View { get; } = view;

    /// <summary>The principal in its own project; null when that is disabled.</summary>
    public Principal? Own { get; } = view.IsProjectEnabled
        ? Principal.Of(view, view.ProjectId, view.ProjectName, budget)
        : null;

    /// <inheritdoc/>
    public bool IsForgotten => _isForgotten;

    /// <inheritdoc/>
    public void Forget() => _isForgotten = true;

    /// <summary>The principal in another project of its domain, if it was there before.</summary>
    public bool TryGetIn(string projectId, out Principal? principal) => _elsewhere.TryGetValue(projectId, out principal);

    /// <summary>Remembers it there; there are no more of them than projects in its domain. Call it behind the fence.</summary>
    public void Keep(Principal principal) => _elsewhere.TryAdd(principal.ProjectId.Value, principal);

    /// <summary>Whether a project or a domain concerns it.</summary>
    public bool BelongsTo(string tenantId) =>
        View.DomainId == tenantId || View.ProjectId == tenantId || _elsewhere.ContainsKey(tenantId);
}
