namespace CommandBroker.Contracts.Identity;

/// <summary>What proves who calls, as a gateway needs it: an access key with its secret, or a token that was given to the broker.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.CredentialView")]
public sealed record CredentialView
{
    /// <summary>The access key, or the token's SHA-256 in lower-case hex.</summary>
    [Id(0)] public required string CredentialId { get; init; }

    /// <summary>Whose it is.</summary>
    [Id(1)] public required PrincipalView Principal { get; init; }

    /// <summary>The secret key in clear; null for a token. Crosses from silo to gateway only, is never logged nor listed.</summary>
    [Id(2)] public string? Secret { get; init; }

    /// <summary>SHA-256 of the <c>X-Security-Token</c> that a temporary key goes with, lower-case hex; null for a permanent one.</summary>
    [Id(3)] public string? SessionTokenHash { get; init; }

    /// <summary>From when on it no longer counts, UTC; null when it lasts.</summary>
    [Id(4)] public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whether it counts; a disabled one is refused as an unknown one is.</summary>
    [Id(5)] public required bool IsEnabled { get; init; }

    /// <summary>The access key that stands in its place; null unless it was rotated.</summary>
    [Id(6)] public string? RotatedTo { get; init; }
}
