using System.Collections.Immutable;

namespace CommandBroker.Storage.Identity;

/// <summary>A key that signs tokens.</summary>
public sealed record StoredTokenKey
{
    /// <summary>Its id.</summary>
    public required string KeyId { get; init; }

    /// <summary>Its public half.</summary>
    public required ImmutableArray<byte> PublicKey { get; init; }

    /// <summary>Its private half, encrypted.</summary>
    public required StoredSecret PrivateKey { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the last token it signed ends, UTC; null while it is the newest.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
