using System.Collections.Immutable;

namespace CommandBroker.Storage.Identity;

/// <summary>An encrypted secret; a store cannot open it.</summary>
/// <param name="MasterKeyId">The master key that opens it.</param>
/// <param name="Bytes">The encrypted bytes.</param>
public sealed record StoredSecret(string MasterKeyId, ImmutableArray<byte> Bytes);
