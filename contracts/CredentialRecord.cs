namespace CommandBroker.Contracts;

/// <summary>One stored credential. Holds only the hash of the token.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.CredentialRecord")]
public sealed record CredentialRecord
{
    /// <summary>The principal's name; the actor in every event it causes.</summary>
    [Id(0)] public required string Principal { get; init; }

    /// <summary>What it may do.</summary>
    [Id(1)] public required Role Role { get; init; }

    /// <summary>SHA-256 of the token's UTF-8 bytes, lower-case hex. A token is 256 random bits, so a plain hash cannot be guessed back.</summary>
    [Id(2)] public required string TokenHash { get; init; }
}
