using System.Collections.Immutable;

namespace CommandBroker.Contracts.Identity;

/// <summary>One key that tokens are checked with.</summary>
/// <param name="KeyId">Its id, as tokens name it.</param>
/// <param name="PublicKey">ECDSA over P-256, SubjectPublicKeyInfo.</param>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.TokenKeyView")]
public sealed record TokenKeyView([property: Id(0)] string KeyId, [property: Id(1)] ImmutableArray<byte> PublicKey);
