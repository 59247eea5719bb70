using System.Text;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Gateway.Identity;

/// <summary>An access key, or a token that was given to the broker, as a silo last told it.</summary>
internal sealed class KnownCredential(CredentialView view, KnownPrincipal principal) : IRemembered
{
    private volatile bool _isForgotten;

    /// <summary>Whose it is.</summary>
    public KnownPrincipal Principal { get; } = principal;

    /// <summary>The secret key in UTF-8; empty for a token.</summary>
    public byte[] Secret { get; } = view.Secret is { Length: > 0 } secret ? Encoding.UTF8.GetBytes(secret) : [];

    /// <summary>SHA-256 of the <c>X-Security-Token</c> it goes with; null for a permanent key and for a token.</summary>
    public TokenHash? SessionToken { get; } = view.SessionTokenHash is { } hex ? TokenHash.FromHex(hex) : null;

    /// <summary>Whether it counts.</summary>
    public bool IsEnabled { get; } = view.IsEnabled;

    /// <inheritdoc/>
    public bool IsForgotten => _isForgotten || Principal.IsForgotten;

    /// <summary>From when on it no longer counts, UTC; null when it lasts.</summary>
    public DateTimeOffset? ExpiresAt => view.ExpiresAt;

    /// <summary>The access key that stands in its place; null unless it was rotated.</summary>
    public string? RotatedTo => view.RotatedTo;

    /// <summary>Whether its time is over.</summary>
    public bool HasExpired(DateTimeOffset now) => view.ExpiresAt is { } end && now >= end;

    /// <inheritdoc/>
    public void Forget() => _isForgotten = true;
}
