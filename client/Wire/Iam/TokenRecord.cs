using System.Collections.Immutable;

namespace CommandBroker.Client.Wire.Iam;

/// <summary>What a token says of itself, in Keystone v3's shape.</summary>
public sealed record TokenRecord
{
    /// <summary>When it ends, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was issued, UTC.</summary>
    public DateTimeOffset? IssuedAt { get; init; }

    /// <summary>Whose it is.</summary>
    public NamedRecord? User { get; init; }

    /// <summary>The project it counts in; absent when it counts in a domain.</summary>
    public NamedRecord? Project { get; init; }

    /// <summary>The domain it counts in; absent when it counts in a project.</summary>
    public NamedRecord? Domain { get; init; }

    /// <summary>The roles.</summary>
    public ImmutableArray<NamedRecord>? Roles { get; init; }
}
