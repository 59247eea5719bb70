using CommandBroker.Client.Wire.Iam;

namespace CommandBroker.Client.Http;

/// <summary>A token that was issued for a user and a password.</summary>
public sealed record BrokerToken
{
    /// <summary>The token itself. A secret.</summary>
    public required string Text { get; init; }

    /// <summary>When it ends, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Whose it is and where it counts.</summary>
    public required TokenRecord Content { get; init; }

    /// <summary>The kind alone, so that no log holds the token.</summary>
    public override string ToString() => $"{nameof(BrokerToken)} until {ExpiresAt:O}";
}
