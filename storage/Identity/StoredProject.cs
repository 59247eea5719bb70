namespace CommandBroker.Storage.Identity;

/// <summary>A project: what source servers belong to.</summary>
public sealed record StoredProject
{
    /// <summary>Its id.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Its domain, for ever.</summary>
    public required string DomainId { get; init; }

    /// <summary>Its name, unique within its domain whatever the case.</summary>
    public required string Name { get; init; }

    /// <summary>Whether calls that mean it are served.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Source servers it may register; null when it has no quota of its own.</summary>
    public int? MaxSourceServers { get; init; }

    /// <summary>Pending commands over all its source servers; null when it has no quota of its own.</summary>
    public int? MaxPendingCommands { get; init; }

    /// <summary>Requests in a second at each gateway; null when it has no quota of its own.</summary>
    public int? MaxRequestsPerSecond { get; init; }
}
