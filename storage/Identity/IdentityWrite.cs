using System.Collections.Immutable;

namespace CommandBroker.Storage.Identity;

/// <summary>
/// One change of identities: all of it or nothing, in one transaction that takes the next revision, with what gateways must be told and the
/// audit's events. Rows are put: inserted, or written over the one of the same id.
/// </summary>
public sealed record IdentityWrite
{
    /// <summary>
    /// The revision that the caller read before everything it decided by; the write conflicts when it is no longer the current one. Null
    /// when the write depends on nothing.
    /// </summary>
    public long? ExpectedRevision { get; init; }

    /// <summary>Not 0: by it a write whose answer was lost is recognised when it is tried again. Default a random number.</summary>
    public long WriteId { get; init; } = Random.Shared.NextInt64(1, long.MaxValue);

    /// <summary>Domains to put.</summary>
    public ImmutableArray<StoredDomain> Domains { get; init; } = [];

    /// <summary>Projects to put.</summary>
    public ImmutableArray<StoredProject> Projects { get; init; } = [];

    /// <summary>Principals to put.</summary>
    public ImmutableArray<StoredPrincipal> Principals { get; init; } = [];

    /// <summary>
    /// Credentials to put. The secret of one that is stored stays as it is: to give it another, delete it in the same write, which is done first.
    /// </summary>
    public ImmutableArray<StoredCredential> Credentials { get; init; } = [];

    /// <summary>Keys that sign tokens, to put.</summary>
    public ImmutableArray<StoredTokenKey> TokenKeys { get; init; } = [];

    /// <summary>Revocations to put.</summary>
    public ImmutableArray<StoredRevocation> Revocations { get; init; } = [];

    /// <summary>What a start gave, to put.</summary>
    public ImmutableArray<StoredGiven> Given { get; init; } = [];

    /// <summary>Ids of principals to delete with all their credentials.</summary>
    public ImmutableArray<string> DeletedPrincipals { get; init; } = [];

    /// <summary>Ids of credentials to delete.</summary>
    public ImmutableArray<string> DeletedCredentials { get; init; } = [];

    /// <summary>What to tell gateways.</summary>
    public ImmutableArray<StoredIdentityChange> Changes { get; init; } = [];

    /// <summary>Events for the audit.</summary>
    public ImmutableArray<StoredAuditEvent> Audit { get; init; } = [];
}
