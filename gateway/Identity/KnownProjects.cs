using System.Collections.Frozen;
using System.Collections.Immutable;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Gateway.Identity;

/// <summary>The projects of one domain as a silo last told them.</summary>
internal sealed class KnownProjects(ImmutableArray<TenantView> projects) : IRemembered
{
    private readonly FrozenDictionary<string, TenantView> _byId = projects.ToFrozenDictionary(project => project.TenantId, StringComparer.Ordinal);
    private volatile bool _isForgotten;

    /// <summary>In the order of their names.</summary>
    public ImmutableArray<TenantView> All { get; } = projects;

    /// <inheritdoc/>
    public bool IsForgotten => _isForgotten;

    /// <summary>An enabled project; null when there is none of that id.</summary>
    public TenantView? Find(string projectId) => _byId.TryGetValue(projectId, out TenantView? project) && project.IsEnabled ? project : null;

    /// <inheritdoc/>
    public void Forget() => _isForgotten = true;
}
