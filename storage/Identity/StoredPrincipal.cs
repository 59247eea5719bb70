namespace CommandBroker.Storage.Identity;

/// <summary>A principal's row.</summary>
public sealed record StoredPrincipal
{
    /// <summary>Its id.</summary>
    public required string PrincipalId { get; init; }

    /// <summary>Its domain, for ever.</summary>
    public required string DomainId { get; init; }

    /// <summary>Its project.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Its name, unique within its domain whatever the case.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it may work in every project of its domain.</summary>
    public bool IsDomainWide { get; init; }

    /// <summary>The only source server it may see; null when it is not bound to one.</summary>
    public string? ServerId { get; init; }

    /// <summary>Its roles, as bits; a store does not read them.</summary>
    public required int Roles { get; init; }

    /// <summary>Whether it may do anything.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>The hash of its password; null when it has none.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>Tokens issued before this instant do not count, UTC; null when all do.</summary>
    public DateTimeOffset? TokensValidFrom { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
