using System.Collections.Immutable;

namespace CommandBroker.Contracts.Identity;

/// <summary>
/// What gateways ask about callers: read-mostly, answered on any silo; use key 0. Gateways keep the answers and learn by
/// <see cref="ReadChangesAsync"/> when to forget them. Every method may throw <see cref="BrokerException"/> with StorageUnavailable.
/// </summary>
[Alias("CommandBroker.IIdentityGrain")]
[Orleans.CodeGeneration.Version(1)]
public interface IIdentityGrain : IGrainWithIntegerKey
{
    /// <summary>An access key with its secret; null when there is none.</summary>
    [Alias("FindAccessKey")]
    ValueTask<CredentialView?> FindAccessKeyAsync(string accessKey);

    /// <summary>A token that was given to the broker, by its SHA-256 in lower-case hex; null when there is none.</summary>
    [Alias("FindToken")]
    ValueTask<CredentialView?> FindTokenAsync(string tokenHash);

    /// <summary>A principal; null when there is none.</summary>
    [Alias("FindPrincipal")]
    ValueTask<PrincipalView?> FindPrincipalAsync(string principalId);

    /// <summary>A principal by the names of its domain and its own, whatever the case; null when there is none.</summary>
    [Alias("FindPrincipalByName")]
    ValueTask<PrincipalView?> FindPrincipalByNameAsync(string domainName, string name);

    /// <summary>The projects of a domain in the order of their names, at most 1,000.</summary>
    /// <param name="domainId">The domain.</param>
    /// <param name="name">Only the one of this name; null means all.</param>
    [Alias("FindProjects")]
    ValueTask<ImmutableArray<TenantView>> FindProjectsAsync(string domainId, string? name);

    /// <summary>A project or a domain; null when there is none.</summary>
    [Alias("FindTenant")]
    ValueTask<TenantView?> FindTenantAsync(string tenantId);

    /// <summary>A page of the projects of a domain in the order of their names.</summary>
    /// <param name="domainId">The domain.</param>
    /// <param name="afterId">Only those behind this project, by its id; null starts at the first. One that is unknown, or another domain's: nothing.</param>
    /// <param name="limit">The most to return, 1 to 1,000.</param>
    [Alias("ListProjectsPage")]
    ValueTask<ImmutableArray<TenantView>> ListProjectsPageAsync(string domainId, string? afterId, int limit);

    /// <summary>The keys and revocations that a gateway starts with.</summary>
    [Alias("ReadSnapshot")]
    ValueTask<IdentitySnapshot> ReadSnapshotAsync();

    /// <summary>What has changed since a revision.</summary>
    [Alias("ReadChanges")]
    ValueTask<IdentityChanges> ReadChangesAsync(long since);

    /// <summary>Checks a password and issues a token. Takes as long for a user who does not exist.</summary>
    [Alias("SignIn")]
    ValueTask<SignInReply> SignInAsync(SignInCall call);

    /// <summary>Makes an issued token count no more. Repeating it is harmless. Every gateway knows within the interval of its refresh.</summary>
    [Alias("RevokeToken")]
    ValueTask RevokeTokenAsync(string tokenId, DateTimeOffset expiresAt, AuditActor actor);

    /// <summary>Appends events that a gateway has seen, as refused sign-ins.</summary>
    [Alias("Audit")]
    ValueTask AuditAsync(ImmutableArray<AuditEvent> events);
}
