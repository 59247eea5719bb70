using System.Collections.Immutable;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client;

/// <summary>
/// Administers tenants, principals and access keys, and reads the audit. Safe for concurrent use; throws <see cref="BrokerException"/> as
/// <see cref="ICommandBrokerClient"/> does. What belongs to another domain is answered as what does not exist. Calls that make something
/// (create, rotate) are sent once: whether one whose answer was lost was carried out can be seen in a list. All others are repeated
/// by <see cref="RetryOptions"/>.
/// </summary>
public interface IIdentityClient
{
    /// <summary>Makes a domain with a project named <c>default</c>. Broker administrators only.</summary>
    /// <exception cref="BrokerException">InvalidArgument, IdentityExists.</exception>
    Task<TenantView> CreateDomainAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>The domains the caller may see: its own, or all for a broker administrator.</summary>
    Task<ImmutableArray<TenantView>> ListDomainsAsync(CancellationToken cancellationToken = default);

    /// <summary>Makes a project.</summary>
    /// <param name="name">Its name, 1 to 64 characters.</param>
    /// <param name="domainId">Its domain; null means the caller's.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="BrokerException">InvalidArgument, IdentityExists, UnknownIdentity.</exception>
    Task<TenantView> CreateProjectAsync(string name, string? domainId = null, CancellationToken cancellationToken = default);

    /// <summary>The projects of a domain.</summary>
    /// <param name="domainId">The domain; null means the caller's.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<ImmutableArray<TenantView>> ListProjectsAsync(string? domainId = null, CancellationToken cancellationToken = default);

    /// <summary>A project or a domain by its id; null when there is none for this caller.</summary>
    Task<TenantView?> ShowTenantAsync(string tenantId, CancellationToken cancellationToken = default);

    /// <summary>Changes a project or a domain: enabled or not, quotas.</summary>
    /// <exception cref="BrokerException">InvalidArgument, UnknownIdentity.</exception>
    Task<TenantView> ChangeTenantAsync(string tenantId, TenantChange change, CancellationToken cancellationToken = default);

    /// <summary>Makes a principal. An empty <see cref="NewPrincipal.DomainId"/> means the caller's domain.</summary>
    /// <exception cref="BrokerException">InvalidArgument, IdentityExists, UnknownIdentity.</exception>
    Task<PrincipalView> CreatePrincipalAsync(NewPrincipal principal, CancellationToken cancellationToken = default);

    /// <summary>The principals of a domain in the order of their names, page by page.</summary>
    /// <param name="domainId">The domain; null means the caller's.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    IAsyncEnumerable<PrincipalView> ListPrincipalsAsync(string? domainId = null, CancellationToken cancellationToken = default);

    /// <summary>A principal by its id; null when there is none for this caller.</summary>
    Task<PrincipalView?> ShowPrincipalAsync(string principalId, CancellationToken cancellationToken = default);

    /// <summary>A principal by its name, whatever the case; null when there is none for this caller.</summary>
    /// <param name="name">The name.</param>
    /// <param name="domainId">The domain; null means the caller's.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<PrincipalView?> FindPrincipalAsync(string name, string? domainId = null, CancellationToken cancellationToken = default);

    /// <summary>Changes a principal: roles, enabled or not, password.</summary>
    /// <exception cref="BrokerException">InvalidArgument, UnknownIdentity.</exception>
    Task<PrincipalView> ChangePrincipalAsync(string principalId, PrincipalChange change, CancellationToken cancellationToken = default);

    /// <summary>Deletes a principal with its keys.</summary>
    /// <exception cref="BrokerException">UnknownIdentity.</exception>
    Task DeletePrincipalAsync(string principalId, CancellationToken cancellationToken = default);

    /// <summary>Makes a key. Its secret is in this answer and nowhere else.</summary>
    /// <exception cref="BrokerException">InvalidArgument, UnknownIdentity.</exception>
    Task<NewAccessKey> CreateKeyAsync(NewAccessKeyCall call, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes a key for the agent of one source server. Its principal, named <c>agent-SERVER</c> with the role agent, sees that source server
    /// alone; it is made when there is none. The source server need not be registered: the agent may do that with this key.
    /// </summary>
    /// <param name="serverId">The source server.</param>
    /// <param name="description">What the key is for, at most 255 characters; null says nothing.</param>
    /// <param name="lifetime">How long it counts; null means for ever.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="BrokerException">InvalidArgument.</exception>
    Task<NewAccessKey> CreateAgentKeyAsync(
        string serverId, string? description = null, TimeSpan? lifetime = null, CancellationToken cancellationToken = default);

    /// <summary>The keys of a principal, or all the caller may see, newest first, page by page.</summary>
    /// <param name="principalId">The principal; null means all.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    IAsyncEnumerable<AccessKeyView> ListKeysAsync(string? principalId = null, CancellationToken cancellationToken = default);

    /// <summary>One key without its secret; null when there is none for this caller.</summary>
    Task<AccessKeyView?> ShowKeyAsync(string accessKey, CancellationToken cancellationToken = default);

    /// <summary>Makes a second key for the same principal; the old one ends after the overlap.</summary>
    /// <param name="accessKey">The key to replace.</param>
    /// <param name="overlap">How long the old one goes on counting, 0 to 30 days; null means 1 day.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="BrokerException">InvalidArgument, UnknownIdentity.</exception>
    Task<NewAccessKey> RotateKeyAsync(string accessKey, TimeSpan? overlap = null, CancellationToken cancellationToken = default);

    /// <summary>Enables or disables a key.</summary>
    /// <exception cref="BrokerException">UnknownIdentity.</exception>
    Task<AccessKeyView> EnableKeyAsync(string accessKey, bool isEnabled, CancellationToken cancellationToken = default);

    /// <summary>Deletes a key.</summary>
    /// <exception cref="BrokerException">UnknownIdentity.</exception>
    Task DeleteKeyAsync(string accessKey, CancellationToken cancellationToken = default);

    /// <summary>Makes a new key that signs tokens. Broker administrators only.</summary>
    /// <param name="endTokens">Whether every token that was issued so far ends at once; default false: each counts until it expires.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task RotateTokenKeyAsync(bool endTokens = false, CancellationToken cancellationToken = default);

    /// <summary>
    /// Encrypts every stored secret with the master key that is now the first one, and waits until that is done. A run that is under way is joined; one goes on when
    /// nobody waits for it. Broker administrators only.
    /// </summary>
    /// <returns>The run at its end.</returns>
    /// <exception cref="BrokerException">Internal: it failed; the message says why. Unreachable: its silo died; calling again goes on with what remains.</exception>
    Task<ReencryptionView> ReencryptAsync(CancellationToken cancellationToken = default);

    /// <summary>How far that is. Broker administrators only.</summary>
    Task<ReencryptionView> ShowReencryptionAsync(CancellationToken cancellationToken = default);

    /// <summary>One page of the audit, newest first. A null <see cref="AuditQuery.DomainId"/> means the caller's domain, or all for a broker administrator.</summary>
    /// <exception cref="BrokerException">InvalidArgument.</exception>
    Task<ImmutableArray<AuditEvent>> ReadAuditAsync(AuditQuery query, CancellationToken cancellationToken = default);

    /// <summary>The newest page of the audit, oldest first, then each event as it comes, until cancelled. None is left out.</summary>
    /// <param name="query">What to follow; <see cref="AuditQuery.Before"/> and <see cref="AuditQuery.After"/> do not count.</param>
    /// <param name="interval">The time between two looks, more than zero; null means 2 s.</param>
    /// <param name="cancellationToken">Ends it.</param>
    IAsyncEnumerable<AuditEvent> FollowAuditAsync(AuditQuery query, TimeSpan? interval = null, CancellationToken cancellationToken = default);
}
