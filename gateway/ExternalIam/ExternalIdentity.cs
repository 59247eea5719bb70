namespace CommandBroker.Gateway.ExternalIam;

/// <summary>Whom an external IAM says that a token belongs to, in that IAM's own words.</summary>
internal sealed record ExternalIdentity
{
    /// <summary>The user's id.</summary>
    public required string UserId { get; init; }

    /// <summary>The user's name.</summary>
    public required string UserName { get; init; }

    /// <summary>The domain of the token's scope, or of its project; null when it names none.</summary>
    public string? DomainId { get; init; }

    /// <summary>That domain's name; null when it is not told.</summary>
    public string? DomainName { get; init; }

    /// <summary>The project of the token's scope; null when it counts for a whole domain, or for nothing.</summary>
    public string? ProjectId { get; init; }

    /// <summary>That project's name; null when it is not told.</summary>
    public string? ProjectName { get; init; }

    /// <summary>The roles in that scope.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>The only source server the caller may see; null when it is not bound to one.</summary>
    public string? ServerId { get; init; }

    /// <summary>When the token ends, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
