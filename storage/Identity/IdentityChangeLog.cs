namespace CommandBroker.Storage.Identity;

/// <summary>What has changed since a revision.</summary>
/// <param name="Revision">The revision this leads to.</param>
/// <param name="IsReset">Whether it cannot be told: too much, too long ago, or from before a restore.</param>
/// <param name="Changes">The changes, oldest first; empty with <paramref name="IsReset"/>.</param>
public sealed record IdentityChangeLog(long Revision, bool IsReset, IReadOnlyList<StoredIdentityChange> Changes);
