namespace CommandBroker.Storage.Identity;

/// <summary>
/// Keeps domains, projects, principals, credentials, the keys of tokens, and the audit. A store decides nothing: who may do what is decided
/// above it. Every method may throw <see cref="StoreUnavailableException"/>; what it was asked to write may then be written or not.
/// </summary>
/// <remarks>
/// Every write of identities takes the next revision from one counter inside its transaction, so revisions become visible in their order. A
/// caller that reads the revision first, then whatever it decides by, and then writes with that revision, has decided by what was so at the commit.
/// </remarks>
public interface IIdentityStore
{
    /// <summary>The revision of the last committed write; 0 when there was none.</summary>
    Task<long> ReadRevisionAsync();

    /// <summary>Reads what has changed since a revision; reset when that is more than <paramref name="limit"/> changes or no longer known.</summary>
    Task<IdentityChangeLog> ReadChangesAsync(long since, int limit);

    /// <summary>Reads a domain; null when there is none.</summary>
    Task<StoredDomain?> FindDomainAsync(string domainId);

    /// <summary>Reads a domain by its name, whatever the case; null when there is none.</summary>
    Task<StoredDomain?> FindDomainByNameAsync(string name);

    /// <summary>Reads domains in the order of their names whatever the case.</summary>
    /// <param name="limit">The most to return.</param>
    /// <param name="after">Only names behind this one; null starts at the first.</param>
    Task<IReadOnlyList<StoredDomain>> ListDomainsAsync(int limit, string? after = null);

    /// <summary>Reads a project; null when there is none.</summary>
    Task<StoredProject?> FindProjectAsync(string projectId);

    /// <summary>Reads projects of a domain in the order of their names whatever the case.</summary>
    /// <param name="domainId">The domain.</param>
    /// <param name="name">Only the one of this name, whatever the case; null means all.</param>
    /// <param name="limit">The most to return.</param>
    /// <param name="after">Only names behind this one; null starts at the first.</param>
    Task<IReadOnlyList<StoredProject>> ListProjectsAsync(string domainId, string? name, int limit, string? after = null);

    /// <summary>Reads the projects of all domains that have a quota of pending commands.</summary>
    Task<IReadOnlyList<StoredProject>> ListProjectsWithPendingQuotaAsync();

    /// <summary>Reads a principal; null when there is none.</summary>
    Task<PrincipalEntry?> FindPrincipalAsync(string principalId);

    /// <summary>Reads a principal by its name, whatever the case; null when there is none.</summary>
    Task<PrincipalEntry?> FindPrincipalByNameAsync(string domainId, string name);

    /// <summary>Reads principals.</summary>
    Task<IReadOnlyList<PrincipalEntry>> ListPrincipalsAsync(PrincipalFilter filter);

    /// <summary>Reads the principals that are bound to one source server.</summary>
    Task<IReadOnlyList<PrincipalEntry>> ListBoundPrincipalsAsync(string projectId, string serverId);

    /// <summary>Reads a credential, expired or not; null when there is none.</summary>
    Task<CredentialEntry?> FindCredentialAsync(string credentialId);

    /// <summary>Reads credentials.</summary>
    Task<IReadOnlyList<CredentialEntry>> ListCredentialsAsync(CredentialFilter filter);

    /// <summary>Reads the keys of tokens, newest first.</summary>
    Task<IReadOnlyList<StoredTokenKey>> ReadTokenKeysAsync();

    /// <summary>Reads the ids of revoked tokens that would not have ended by themselves before <paramref name="now"/>.</summary>
    Task<IReadOnlyList<string>> ReadRevocationsAsync(DateTimeOffset now);

    /// <summary>Reads what starts gave: a few rows, however many principals there are.</summary>
    Task<IReadOnlyList<StoredGiven>> ReadGivenAsync();

    /// <summary>Reads secrets that need another master key than this one, at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<SecretOwner>> ReadSecretsNotOfAsync(string masterKeyId, int limit);

    /// <summary>Counts secrets that need another master key than this one, up to <paramref name="most"/>.</summary>
    Task<int> CountSecretsNotOfAsync(string masterKeyId, int most);

    /// <summary>Reads which master keys the stored secrets need.</summary>
    Task<IReadOnlyList<string>> ReadMasterKeyIdsAsync();

    /// <summary>Writes a change. Repeating it is harmless while no other write came between.</summary>
    /// <returns>False when <see cref="IdentityWrite.ExpectedRevision"/> is no longer the current one; nothing is written.</returns>
    Task<bool> WriteAsync(IdentityWrite write);

    /// <summary>
    /// Whoever acknowledges and writes nothing, because it is so already, awaits this first: all that was read is as durable as what the store
    /// acknowledges, and no change that was under way when it was read has come since.
    /// </summary>
    /// <param name="revision">The revision that the caller read before everything it decided by.</param>
    /// <returns>False when it is no longer the current one.</returns>
    Task<bool> VouchAsync(long revision);

    /// <summary>Writes a secret anew over the one that was read; no revision, since what it says is the same.</summary>
    /// <returns>False when it is no longer the stored one.</returns>
    Task<bool> ReplaceSecretAsync(SecretOwner read, StoredSecret secret);

    /// <summary>Writes a password's hash anew over the one that was read; no revision, since the password is the same.</summary>
    /// <returns>False when it is no longer the stored one.</returns>
    Task<bool> ReplacePasswordHashAsync(string principalId, string readHash, string hash);

    /// <summary>Appends events to the audit. A connection that was lost inside COMMIT may leave them twice.</summary>
    Task AppendAuditAsync(IReadOnlyCollection<StoredAuditEvent> events);

    /// <summary>Reads a page of events. It looks at a bounded number of rows, so it may be shorter than was asked for and not the last.</summary>
    Task<StoredAuditPage> ReadAuditAsync(AuditFilter filter);

    /// <summary>Removes what is too old, in one short transaction.</summary>
    /// <returns>The most rows removed of one kind; less than the limit means that none is left to remove.</returns>
    Task<int> PurgeAsync(IdentityPurge purge);
}
