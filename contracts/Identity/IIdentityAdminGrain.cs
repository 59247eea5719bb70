using System.Collections.Immutable;
using Orleans.CodeGeneration;

namespace CommandBroker.Contracts.Identity;

/// <summary>
/// Changes tenants, principals and keys; use key 0. What is foreign to the caller is answered as what does not exist. Every change is
/// committed, audited and told to all gateways. Every method may throw <see cref="BrokerException"/> with InvalidArgument,
/// UnknownIdentity, IdentityExists or StorageUnavailable, and with Unauthorized where the caller sees what it asks for and may not change it.
/// </summary>
[Alias("CommandBroker.IIdentityAdminGrain")]
[Version(1)]
public interface IIdentityAdminGrain : IGrainWithIntegerKey
{
    /// <summary>Makes a domain with a project named <c>default</c>. Broker administrators only.</summary>
    [Alias("CreateDomain")]
    ValueTask<TenantView> CreateDomainAsync(AdminCaller caller, string name);

    /// <summary>A page of the domains the caller may see, in the order of their names.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="after">Only names behind this one; null starts at the first.</param>
    /// <param name="limit">The most to return, 1 to 1,000.</param>
    [Alias("ListDomains")]
    ValueTask<ImmutableArray<TenantView>> ListDomainsAsync(AdminCaller caller, string? after, int limit);

    /// <summary>Makes a project. Not for callers that are bound to one.</summary>
    [Alias("CreateProject")]
    ValueTask<TenantView> CreateProjectAsync(AdminCaller caller, string domainId, string name);

    /// <summary>A page of the projects of a domain, in the order of their names.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="domainId">The domain.</param>
    /// <param name="after">Only names behind this one; null starts at the first.</param>
    /// <param name="limit">The most to return, 1 to 1,000.</param>
    [Alias("ListProjects")]
    ValueTask<ImmutableArray<TenantView>> ListProjectsAsync(AdminCaller caller, string domainId, string? after, int limit);

    /// <summary>One domain or project; null when there is none for this caller.</summary>
    [Alias("ShowTenant")]
    ValueTask<TenantView?> ShowTenantAsync(AdminCaller caller, string tenantId);

    /// <summary>
    /// Changes a domain or a project. Quotas, and whether a domain is enabled, are for broker administrators: a tenant does not raise its own
    /// limits. Projects are enabled and disabled by their domain's administrators. The default domain cannot be disabled.
    /// </summary>
    [Alias("ChangeTenant")]
    ValueTask<TenantView> ChangeTenantAsync(AdminCaller caller, string tenantId, TenantChange change);

    /// <summary>Makes a principal. One that exists by the same name is IdentityExists; a caller bound to a project makes none that is domain-wide.</summary>
    [Alias("CreatePrincipal")]
    ValueTask<PrincipalView> CreatePrincipalAsync(AdminCaller caller, NewPrincipal principal);

    /// <summary>The principals of a domain in the order of their names.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="domainId">The domain.</param>
    /// <param name="after">Only names behind this one; null starts at the first.</param>
    /// <param name="limit">The most to return, 1 to 1,000.</param>
    [Alias("ListPrincipals")]
    ValueTask<ImmutableArray<PrincipalView>> ListPrincipalsAsync(AdminCaller caller, string domainId, string? after, int limit);

    /// <summary>One principal; null when there is none for this caller.</summary>
    [Alias("ShowPrincipal")]
    ValueTask<PrincipalView?> ShowPrincipalAsync(AdminCaller caller, string principalId);

    /// <summary>The principal of a name, whatever its case; null when there is none for this caller.</summary>
    [Alias("FindPrincipal")]
    ValueTask<PrincipalView?> FindPrincipalAsync(AdminCaller caller, string domainId, string name);

    /// <summary>Changes a principal. The last enabled broker administrator stays one.</summary>
    [Alias("ChangePrincipal")]
    ValueTask<PrincipalView> ChangePrincipalAsync(AdminCaller caller, string principalId, PrincipalChange change);

    /// <summary>Deletes a principal with its keys; repeating it is UnknownIdentity. The last enabled broker administrator stays.</summary>
    [Alias("DeletePrincipal")]
    ValueTask DeletePrincipalAsync(AdminCaller caller, string principalId);

    /// <summary>Makes a key. A principal has at most <c>Identity:MaxKeysPerPrincipal</c>.</summary>
    [Alias("CreateKey")]
    ValueTask<NewAccessKey> CreateKeyAsync(AdminCaller caller, NewAccessKeyCall call);

    /// <summary>Access keys, newest first.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="principalId">Only this principal's; null means all of the caller's domain.</param>
    /// <param name="after">Only those behind this access key, the last of the page before; null starts at the newest.</param>
    /// <param name="limit">The most to return, 1 to 1,000.</param>
    [Alias("ListKeys")]
    ValueTask<ImmutableArray<AccessKeyView>> ListKeysAsync(AdminCaller caller, string? principalId, string? after, int limit);

    /// <summary>One key; null when there is none for this caller.</summary>
    [Alias("ShowKey")]
    ValueTask<AccessKeyView?> ShowKeyAsync(AdminCaller caller, string accessKey);

    /// <summary>
    /// Makes a second key for the same principal, with the lifetime of the old one, and ends the old one after <paramref name="overlap"/> (0 to 30
    /// days). Not for temporary or disabled keys, nor for one that was rotated: it has its end, and its successor.
    /// </summary>
    [Alias("RotateKey")]
    ValueTask<NewAccessKey> RotateKeyAsync(AdminCaller caller, string accessKey, TimeSpan overlap);

    /// <summary>Enables or disables a key.</summary>
    [Alias("EnableKey")]
    ValueTask<AccessKeyView> EnableKeyAsync(AdminCaller caller, string accessKey, bool isEnabled);

    /// <summary>Deletes a key; repeating it is UnknownIdentity.</summary>
    [Alias("DeleteKey")]
    ValueTask DeleteKeyAsync(AdminCaller caller, string accessKey);

    /// <summary>Makes a new key that signs tokens, from a minute later on; tokens of the old one count until they expire. Broker administrators only.</summary>
    [Alias("RotateTokenKey")]
    ValueTask RotateTokenKeyAsync(AdminCaller caller);

    /// <summary>Makes a new key that signs tokens at once, and ends every token that was issued so far. Tokens that the settings gave go on counting. Broker administrators only.</summary>
    [Alias("EndTokens")]
    ValueTask EndTokensAsync(AdminCaller caller);

    /// <summary>
    /// Begins to encrypt every stored secret with the master key that is now the first one, or joins the run that is under way; broker administrators only. The run
    /// outlasts the call and ends with its silo. Repeating it is harmless: it does what remains.
    /// </summary>
    [Alias("StartReencryption")]
    ValueTask<ReencryptionView> StartReencryptionAsync(AdminCaller caller);

    /// <summary>How far that is; broker administrators only.</summary>
    [Alias("ShowReencryption")]
    ValueTask<ReencryptionView> ShowReencryptionAsync(AdminCaller caller);

    /// <summary>A page of events, newest first. It looks at a bounded number of them, so it may be shorter than was asked for and not the last.</summary>
    [Alias("ReadAudit")]
    ValueTask<AuditPageView> ReadAuditAsync(AdminCaller caller, AuditQuery query);

    /// <summary>
    /// Ends the tokens, access keys and passwords of principals of the default domain, and keeps the principals. Repeating it writes nothing. Callable by
    /// the broker itself only: no gateway route leads here.
    /// </summary>
    /// <param name="names">Their names.</param>
    /// <param name="credentialIds">Hashes of tokens, and access keys: whose owner has none of these is passed over.</param>
    /// <returns>The names of those whose credentials were ended.</returns>
    [Alias("EndCredentials")]
    ValueTask<ImmutableArray<string>> EndCredentialsAsync(ImmutableArray<string> names, ImmutableArray<string> credentialIds);

    /// <summary>
    /// Puts the principals and credentials of a start into the store. A principal that exists by the same name keeps its id, its roles and
    /// whether it is enabled; its token is replaced, its access key and its password are set unless they are so already. Repeating it
    /// writes nothing. Callable by the broker itself only: no gateway route leads here.
    /// </summary>
    [Alias("Bootstrap")]
    ValueTask BootstrapAsync(ImmutableArray<BootstrapPrincipal> principals);
}
