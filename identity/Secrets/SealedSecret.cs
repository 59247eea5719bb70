using System.Collections.Immutable;

namespace CommandBroker.Identity.Secrets;

/// <summary>A secret as it is stored.</summary>
/// <param name="MasterKeyId">The master key that opens it.</param>
/// <param name="Bytes">Version, nonce, tag and cipher text; opens only together with the id it was sealed for.</param>
public sealed record SealedSecret(string MasterKeyId, ImmutableArray<byte> Bytes);
