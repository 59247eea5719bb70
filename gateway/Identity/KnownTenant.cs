using CommandBroker.Contracts.Identity;

namespace CommandBroker.Gateway.Identity;

/// <summary>A project or a domain as a silo last told it.</summary>
internal sealed class KnownTenant(TenantView view) : IRemembered
{
    private volatile bool _isForgotten;

    /// <summary>What the silo told; a domain belongs to none.</summary>
    public TenantView View { get; } = view;

    /// <inheritdoc/>
    public bool IsForgotten => _isForgotten;

    /// <inheritdoc/>
    public void Forget() => _isForgotten = true;
}
