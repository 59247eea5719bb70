using System.Collections.Immutable;

namespace CommandBroker.Contracts.Identity;

/// <summary>What a gateway must know to check issued tokens by itself.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.IdentitySnapshot")]
public sealed record IdentitySnapshot
{
    /// <summary>The revision it shows.</summary>
    [Id(0)] public required long Revision { get; init; }

    /// <summary>The keys in use: the one that signs, and those whose tokens have not all expired.</summary>
    [Id(1)] public required ImmutableArray<TokenKeyView> TokenKeys { get; init; }

    /// <summary>The ids of the tokens that were revoked and have not expired.</summary>
    [Id(2)] public required ImmutableArray<string> Revoked { get; init; }
}
