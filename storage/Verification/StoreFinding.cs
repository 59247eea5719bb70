namespace CommandBroker.Storage.Verification;

/// <summary>One thing in a store that must not be.</summary>
/// <param name="Invariant">What it breaks.</param>
/// <param name="Source">The source server's key, as <c>project/server</c> or <c>server</c>; null when it concerns none, or one that no row names.</param>
/// <param name="Seq">The command's number; null when it concerns no single one.</param>
/// <param name="Found">What was found, one sentence, without stored data.</param>
public sealed record StoreFinding(StoreInvariant Invariant, string? Source, long? Seq, string Found);
