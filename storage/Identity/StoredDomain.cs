namespace CommandBroker.Storage.Identity;

/// <summary>A domain: one customer of the broker, with projects and principals of its own.</summary>
public sealed record StoredDomain
{
    /// <summary>Its id.</summary>
    public required string DomainId { get; init; }

    /// <summary>Its name, unique whatever the case.</summary>
    public required string Name { get; init; }

    /// <summary>Whether its principals may do anything.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
