namespace CommandBroker.Storage.Identity;

/// <summary>A credential's row: an access key, or a token's hash.</summary>
public sealed record StoredCredential
{
    /// <summary>The access key, or the token's SHA-256 in lower-case hex.</summary>
    public required string CredentialId { get; init; }

    /// <summary>What it is.</summary>
    public required CredentialKind Kind { get; init; }

    /// <summary>Whose it is.</summary>
    public required string PrincipalId { get; init; }

    /// <summary>What it is for.</summary>
    public string Description { get; init; } = "";

    /// <summary>The encrypted secret key; null for a token.</summary>
    public StoredSecret? Secret { get; init; }

    /// <summary>The hash of the session token that a temporary key goes with; null for others.</summary>
    public string? SessionTokenHash { get; init; }

    /// <summary>Whether it counts.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it no longer counts, UTC; null when it lasts.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The access key that stands in its place; null unless it was rotated.</summary>
    public string? RotatedTo { get; init; }
}
