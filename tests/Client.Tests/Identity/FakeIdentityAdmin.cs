using System.Collections.Immutable;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client.Tests.Identity;

/// <summary>Principals and keys in memory, as far as keys of agents need them.</summary>
internal sealed class FakeIdentityAdmin : IIdentityAdminGrain
{
    public List<PrincipalView> Principals { get; } = [];

    public ValueTask<PrincipalView?> FindPrincipalAsync(AdminCaller caller, string domainId, string name) =>
        ValueTask.FromResult(Principals.Find(principal => string.Equals(principal.Name, name, StringComparison.OrdinalIgnoreCase)));

    public ValueTask<PrincipalView> CreatePrincipalAsync(AdminCaller caller, NewPrincipal principal)
    {
        var made = new PrincipalView
        {
            PrincipalId = $"u{Principals.Count}",
            Name = principal.Name,
            DomainId = principal.DomainId!,
            DomainName = "default",
            ProjectId = principal.ProjectId!,
            ProjectName = "default",
            IsDomainWide = principal.IsDomainWide,
            ServerId = principal.ServerId,
            Roles = principal.Roles,
            IsEnabled = true,
            CreatedAt = Samples.Noon,
        };
        Principals.Add(made);
        return ValueTask.FromResult(made);
    }

    public ValueTask<NewAccessKey> CreateKeyAsync(AdminCaller caller, NewAccessKeyCall call) => ValueTask.FromResult(new NewAccessKey
    {
        Key = new AccessKeyView
        {
            AccessKey = "AK",
            Principal = Principals.Single(principal => principal.PrincipalId == call.PrincipalId),
            Description = call.Description ?? "",
            IsEnabled = true,
            CreatedAt = Samples.Noon,
        },
        SecretKey = "SK",
    });

    public ValueTask<TenantView> CreateDomainAsync(AdminCaller caller, string name) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<TenantView>> ListDomainsAsync(AdminCaller caller, string? after, int limit) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<TenantView>> ListProjectsAsync(AdminCaller caller, string domainId, string? after, int limit) => throw new NotSupportedException();

    public ValueTask<TenantView> CreateProjectAsync(AdminCaller caller, string domainId, string name) => throw new NotSupportedException();

    public ValueTask<TenantView?> ShowTenantAsync(AdminCaller caller, string tenantId) => throw new NotSupportedException();

    public ValueTask<TenantView> ChangeTenantAsync(AdminCaller caller, string tenantId, TenantChange change) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<PrincipalView>> ListPrincipalsAsync(AdminCaller caller, string domainId, string? after, int limit) => throw new NotSupportedException();

    public ValueTask<PrincipalView?> ShowPrincipalAsync(AdminCaller caller, string principalId) => throw new NotSupportedException();

    public ValueTask<PrincipalView> ChangePrincipalAsync(AdminCaller caller, string principalId, PrincipalChange change) => throw new NotSupportedException();

    public ValueTask DeletePrincipalAsync(AdminCaller caller, string principalId) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<AccessKeyView>> ListKeysAsync(AdminCaller caller, string? principalId, string? after, int limit) => throw new NotSupportedException();

    public ValueTask<AccessKeyView?> ShowKeyAsync(AdminCaller caller, string accessKey) => throw new NotSupportedException();

    public ValueTask<NewAccessKey> RotateKeyAsync(AdminCaller caller, string accessKey, TimeSpan overlap) => throw new NotSupportedException();

    public ValueTask<AccessKeyView> EnableKeyAsync(AdminCaller caller, string accessKey, bool isEnabled) => throw new NotSupportedException();

    public ValueTask DeleteKeyAsync(AdminCaller caller, string accessKey) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<string>> EndCredentialsAsync(ImmutableArray<string> names, ImmutableArray<string> credentialIds) => throw new NotSupportedException();

    public ValueTask EndTokensAsync(AdminCaller caller) => throw new NotSupportedException();

    public ValueTask RotateTokenKeyAsync(AdminCaller caller) => throw new NotSupportedException();

    public ValueTask<ReencryptionView> StartReencryptionAsync(AdminCaller caller) => throw new NotSupportedException();

    public ValueTask<ReencryptionView> ShowReencryptionAsync(AdminCaller caller) => throw new NotSupportedException();

    public ValueTask<AuditPageView> ReadAuditAsync(AdminCaller caller, AuditQuery query) => throw new NotSupportedException();

    public ValueTask BootstrapAsync(ImmutableArray<BootstrapPrincipal> principals) => throw new NotSupportedException();
}
