using System.Collections.Immutable;
using System.Text;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Core;
using CommandBroker.Storage.Identity;
using Orleans.Concurrency;

namespace CommandBroker.Grains;

/// <inheritdoc cref="IIdentityGrain"/>
[StatelessWorker]
[Reentrant]
internal sealed class IdentityGrain(IdentityContext context, TokenKeys tokenKeys, SignIns signIns) : Grain, IIdentityGrain, IIncomingGrainCallFilter
{
    private const int MaxProjects = 1_000;
    private const int MaxChanges = 1_000;
    private const int MaxAuditEvents = 1_000;
    private static readonly TimeSpan MaxTokenLifetime = TimeSpan.FromDays(31);

    private readonly IIdentityStore _store = context.Store;

    public Task Invoke(IIncomingGrainCallContext call) => IdentityFaults.TranslateAsync(call.Invoke(), context.Logger);

    public async ValueTask<CredentialView?> FindAccessKeyAsync(string accessKey) =>
        IdentityIds.IsAccessKey(accessKey) && await _store.FindCredentialAsync(accessKey) is { Credential.Kind: CredentialKind.AccessKey } found
            ? ViewOf(found)
            : null;

    public async ValueTask<CredentialView?> FindTokenAsync(string tokenHash) =>
        IdentityIds.IsHash(tokenHash) && await _store.FindCredentialAsync(tokenHash) is { Credential.Kind: CredentialKind.Token } found
            ? ViewOf(found)
            : null;

    public async ValueTask<PrincipalView?> FindPrincipalAsync(string principalId) =>
        IdentityIds.IsId(principalId) && await _store.FindPrincipalAsync(principalId) is { } found ? IdentityViews.Of(found, context.Options) : null;

    public async ValueTask<PrincipalView?> FindPrincipalByNameAsync(string domainName, string name) =>
        StorableText.IsStorable(domainName) && StorableText.IsStorable(name)
        && await _store.FindDomainByNameAsync(domainName) is { } domain
        && await _store.FindPrincipalByNameAsync(domain.DomainId, name) is { } found
            ? IdentityViews.Of(found, context.Options)
            : null;

    public async ValueTask<ImmutableArray<TenantView>> FindProjectsAsync(string domainId, string? name)
    {
        if (!IdentityIds.IsId(domainId) || !StorableText.IsStorable(name))
        {
            return [];
        }

        return [.. (await _store.ListProjectsAsync(domainId, name, MaxProjects)).Select(IdentityViews.Of)];
    }

    public async ValueTask<TenantView?> FindTenantAsync(string tenantId) =>
        !IdentityIds.IsId(tenantId) ? null
        : await _store.FindProjectAsync(tenantId) is { } project ? IdentityViews.Of(project)
        : await _store.FindDomainAsync(tenantId) is { } domain ? IdentityViews.Of(domain)
        : null;

    public async ValueTask<ImmutableArray<TenantView>> ListProjectsPageAsync(string domainId, string? afterId, int limit)
    {
        IdentityBounds.CheckLimit(limit);
        StoredProject? last = afterId is not null && IdentityIds.IsId(afterId) ? await _store.FindProjectAsync(afterId) : null;
        return !IdentityIds.IsId(domainId) || (afterId is not null && last?.DomainId != domainId)
            ? []
            : [.. (await _store.ListProjectsAsync(domainId, name: null, limit, last?.Name)).Select(IdentityViews.Of)];
    }

    public async ValueTask<IdentitySnapshot> ReadSnapshotAsync()
    {
        // The revision first: what is committed after it is told again as a change.
        long revision = await _store.ReadRevisionAsync();
        return new IdentitySnapshot
        {
            Revision = revision,
            TokenKeys = await tokenKeys.ReadPublicAsync(),
            Revoked = [.. await _store.ReadRevocationsAsync(context.Now)],
        };
    }

    public async ValueTask<IdentityChanges> ReadChangesAsync(long since)
    {
        IdentityChangeLog log = await _store.ReadChangesAsync(since, MaxChanges);
        return new IdentityChanges
        {
            Revision = log.Revision,
            IsReset = log.IsReset,
            Changes = [.. log.Changes.Select(change => new IdentityChange((IdentityChangeKind)change.Kind, change.Subject))],
        };
    }

    public async ValueTask<SignInReply> SignInAsync(SignInCall call) => await signIns.RunAsync(call);

    public async ValueTask RevokeTokenAsync(string tokenId, DateTimeOffset expiresAt, AuditActor actor)
    {
        DateTimeOffset now = context.Now;
        if (!IdentityIds.IsId(tokenId))
        {
            throw new BrokerException(BrokerErrorReason.InvalidArgument, "A token's id is 32 lower-case hexadecimal digits; this is not.");
        }

        if (expiresAt <= now)
        {
            return;
        }

        var change = new IdentityChangeSet(actor, CallOrigin.Current?.RequestId, now);
        change.Tell(IdentityChangeKind.Revocation, tokenId);
        change.Note(AuditActions.TokenRevoked, projectId: null, tokenId);
        DateTimeOffset until = expiresAt - now > MaxTokenLifetime ? now + MaxTokenLifetime : expiresAt;
        await _store.WriteAsync(change.ToWrite() with { Revocations = [new StoredRevocation(tokenId, until)] });
    }

    public async ValueTask AuditAsync(ImmutableArray<AuditEvent> events)
    {
        if (events.Length > MaxAuditEvents)
        {
            throw new BrokerException(BrokerErrorReason.InvalidArgument, $"{events.Length} events at once; {MaxAuditEvents} are allowed.");
        }

        await _store.AppendAuditAsync([.. events.Select(IdentityViews.Of)]);
    }

    private CredentialView ViewOf(CredentialEntry entry)
    {
        StoredCredential credential = entry.Credential;
        return new CredentialView
        {
            CredentialId = credential.CredentialId,
            Principal = IdentityViews.Of(entry.Owner, context.Options),
            Secret = credential.Secret is { } secret
                ? Encoding.UTF8.GetString(context.Open(secret, IdentityContext.OwnerOfKey(credential.CredentialId)))
                : null,
            SessionTokenHash = credential.SessionTokenHash,
            ExpiresAt = credential.ExpiresAt,
            IsEnabled = credential.IsEnabled,
            RotatedTo = credential.RotatedTo,
        };
    }
}
