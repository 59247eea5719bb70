using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Gateway.Grains;

/// <summary>
/// Answers what gateways ask about callers out of the tokens that <see cref="ICredentialGrain"/> keeps: one principal each, in the default project,
/// found by its token alone. It issues no tokens and knows no keys. Changes of the stored tokens are not told: what a gateway remembers lasts until it starts anew.
/// </summary>
internal sealed class StoredTokens(ICredentialGrain stored) : IIdentityGrain
{
    public ValueTask<CredentialView?> FindAccessKeyAsync(string accessKey) => new((CredentialView?)null);

    public async ValueTask<CredentialView?> FindTokenAsync(string tokenHash) =>
        (await stored.ReadAsync()).FirstOrDefault(record => record.TokenHash == tokenHash) is { } record
            ? new CredentialView { CredentialId = tokenHash, Principal = ViewOf(record), IsEnabled = true }
            : null;

    public async ValueTask<PrincipalView?> FindPrincipalAsync(string principalId) =>
        (await stored.ReadAsync()).Select(ViewOf).FirstOrDefault(view => view.PrincipalId == principalId);

    public ValueTask<ImmutableArray<TenantView>> FindProjectsAsync(string domainId, string? name) => new(ImmutableArray.Create(new TenantView
    {
        TenantId = DefaultTenant.ProjectId, Name = DefaultTenant.ProjectName, DomainId = DefaultTenant.DomainId, IsEnabled = true,
    }));

    public async ValueTask<IdentitySnapshot> ReadSnapshotAsync()
    {
        // Not for the answer: a gateway is not ready while what it will ask for cannot be read.
        await stored.ReadAsync();
        return new IdentitySnapshot { Revision = 0, TokenKeys = [], Revoked = [] };
    }

    public async ValueTask<IdentityChanges> ReadChangesAsync(long since)
    {
        await stored.ReadAsync();
        return new IdentityChanges { Revision = 0, Changes = [] };
    }

    public ValueTask<SignInReply> SignInAsync(SignInCall call) => new(new SignInReply(SignInStatus.Refused, null));

    public ValueTask RevokeTokenAsync(string tokenId, DateTimeOffset expiresAt, AuditActor actor) => ValueTask.CompletedTask;

    public ValueTask AuditAsync(ImmutableArray<AuditEvent> events) => ValueTask.CompletedTask;

    private static PrincipalView ViewOf(CredentialRecord record) => new()
    {
        PrincipalId = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(record.Principal)))[..32],
        Name = record.Principal,
        DomainId = DefaultTenant.DomainId,
        DomainName = DefaultTenant.DomainName,
        ProjectId = DefaultTenant.ProjectId,
        ProjectName = DefaultTenant.ProjectName,
        Roles = record.Role == Role.Operator ? Roles.Operator | Roles.Auditor | Roles.Admin : Roles.Agent,
        IsEnabled = true,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };
}
