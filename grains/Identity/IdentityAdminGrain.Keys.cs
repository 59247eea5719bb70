using System.Collections.Immutable;
using System.Text;
using CommandBroker.Contracts.Identity;
using CommandBroker.Storage.Identity;

namespace CommandBroker.Grains;

internal sealed partial class IdentityAdminGrain
{
    public async ValueTask<NewAccessKey> CreateKeyAsync(AdminCaller caller, NewAccessKeyCall call)
    {
        IdentityBounds.CheckKey(call);
        return await writes.RunAsync<NewAccessKey>(async () =>
        {
            PrincipalEntry owner = await RequirePrincipalAsync(caller, call.PrincipalId ?? "");
            DateTimeOffset now = context.Now;
            int count = (await ListCredentialsAsync(owner.Principal)).Count(entry => IsKey(entry, now));
            if (count >= context.Options.MaxKeysPerPrincipal)
            {
                throw IdentityBounds.Invalid(
                    $"{owner.Principal.Name} has {count} access keys; Identity:MaxKeysPerPrincipal allows {context.Options.MaxKeysPerPrincipal}.");
            }

            (StoredCredential stored, NewAccessKey made) = Make(owner, call.Description ?? "", call.IsTemporary, now, now + call.Lifetime);
            IdentityWrite write = Tell(AuditActions.KeyCreated, caller, new CredentialEntry(stored, owner), call.IsTemporary ? "temporary" : null, now);
            return (write with { Credentials = [stored] }, made);
        });
    }

    public async ValueTask<ImmutableArray<AccessKeyView>> ListKeysAsync(AdminCaller caller, string? principalId, string? after, int limit)
    {
        IdentityBounds.CheckLimit(limit);
        string domainId = principalId is null ? caller.Actor.DomainId : (await RequirePrincipalAsync(caller, principalId)).Domain.DomainId;
        StoredCredential? last = after is null ? null : (await RequireKeyAsync(caller, after)).Credential;
        IReadOnlyList<CredentialEntry> found = await _store.ListCredentialsAsync(new CredentialFilter
        {
            DomainId = domainId,
            PrincipalId = principalId,
            BoundToProjectId = caller.ProjectId,
            Kind = CredentialKind.AccessKey,
            After = last,
            Limit = limit,
        });
        return [.. found.Select(entry => IdentityViews.Of(entry, context.Options))];
    }

    public async ValueTask<AccessKeyView?> ShowKeyAsync(AdminCaller caller, string accessKey) =>
        await FindKeyAsync(caller, accessKey) is { } found ? IdentityViews.Of(found, context.Options) : null;

    public async ValueTask<NewAccessKey> RotateKeyAsync(AdminCaller caller, string accessKey, TimeSpan overlap)
    {
        IdentityBounds.CheckOverlap(overlap);
        return await writes.RunAsync<NewAccessKey>(async () =>
        {
            CredentialEntry old = await RequireKeyAsync(caller, accessKey);
            DateTimeOffset now = context.Now;
            if (old.Credential is { SessionTokenHash: not null } or { IsEnabled: false } || old.Credential.ExpiresAt <= now)
            {
                throw IdentityBounds.Invalid("A temporary, a disabled or an ended key cannot be rotated; make a new one.");
            }

            // Again, it would cut short the time that was promised, and hand that short time on to a second successor.
            if (old.Credential.RotatedTo is { } successor)
            {
                throw IdentityBounds.Invalid(
                    $"{accessKey} was rotated to {successor} and ends at {old.Credential.ExpiresAt:u}. Rotate {successor}, or make a new key; delete {accessKey} to end it now.");
            }

            DateTimeOffset? newEndsAt = now + (old.Credential.ExpiresAt - old.Credential.CreatedAt);
            (StoredCredential stored, NewAccessKey made) = Make(old.Owner, old.Credential.Description, isTemporary: false, now, newEndsAt);
            DateTimeOffset endsAt = old.Credential.ExpiresAt < now + overlap ? old.Credential.ExpiresAt.Value : now + overlap;
            IdentityWrite write = Tell(AuditActions.KeyRotated, caller, old, $"to {stored.CredentialId}; ends {endsAt:u}", now);
            return (write with { Credentials = [old.Credential with { ExpiresAt = endsAt, RotatedTo = stored.CredentialId }, stored] }, made);
        });
    }

    public async ValueTask<AccessKeyView> EnableKeyAsync(AdminCaller caller, string accessKey, bool isEnabled) =>
        await writes.RunAsync<AccessKeyView>(async () =>
        {
            CredentialEntry before = await RequireKeyAsync(caller, accessKey);
            CredentialEntry after = before with { Credential = before.Credential with { IsEnabled = isEnabled } };
            AccessKeyView answer = IdentityViews.Of(after, context.Options);
            return before.Credential.IsEnabled == isEnabled
                ? (null, answer)
                : (Tell(isEnabled ? AuditActions.KeyEnabled : AuditActions.KeyDisabled, caller, after, detail: null, context.Now)
                    with { Credentials = [after.Credential] }, answer);
        });

    public async ValueTask DeleteKeyAsync(AdminCaller caller, string accessKey) => await writes.RunAsync(async () =>
    {
        CredentialEntry gone = await RequireKeyAsync(caller, accessKey);
        return (Tell(AuditActions.KeyDeleted, caller, gone, detail: null, context.Now) with { DeletedCredentials = [accessKey] }, true);
    });

    private (StoredCredential Stored, NewAccessKey Made) Make(
        PrincipalEntry owner, string description, bool isTemporary, DateTimeOffset now, DateTimeOffset? expiresAt)
    {
        string accessKey = IdentityIds.NewAccessKey();
        string secretKey = IdentityIds.NewSecretKey();
        string? sessionToken = isTemporary ? IdentityIds.NewSessionToken() : null;
        var stored = new StoredCredential
        {
            CredentialId = accessKey,
            Kind = CredentialKind.AccessKey,
            PrincipalId = owner.Principal.PrincipalId,
            Description = description,
            Secret = context.Seal(Encoding.UTF8.GetBytes(secretKey), IdentityContext.OwnerOfKey(accessKey)),
            SessionTokenHash = sessionToken is null ? null : IdentityIds.Hash(sessionToken),
            CreatedAt = now,
            ExpiresAt = expiresAt,
        };
        AccessKeyView view = IdentityViews.Of(stored, IdentityViews.Of(owner, context.Options));
        return (stored, new NewAccessKey { Key = view, SecretKey = secretKey, SecurityToken = sessionToken });
    }

    private async Task<CredentialEntry?> FindKeyAsync(AdminCaller caller, string accessKey) =>
        IdentityIds.IsAccessKey(accessKey) && await _store.FindCredentialAsync(accessKey) is { Credential.Kind: CredentialKind.AccessKey } found
        && caller.Sees(found.Owner.Principal)
            ? found
            : null;

    private async Task<CredentialEntry> RequireKeyAsync(AdminCaller caller, string accessKey) =>
        await FindKeyAsync(caller, accessKey) ?? throw AdminScope.Unknown("access key");

    private static bool IsKey(CredentialEntry entry, DateTimeOffset now) =>
        entry.Credential.Kind == CredentialKind.AccessKey && !(entry.Credential.ExpiresAt <= now);

    private static IdentityWrite Tell(string action, AdminCaller caller, CredentialEntry key, string? detail, DateTimeOffset now)
    {
        var change = new IdentityChangeSet(caller, now);
        change.Tell(key.Credential);
        change.Note(action, key.Owner.Principal.ProjectId, key.Credential.CredentialId, detail is null ? $"of {key.Owner.Principal.Name}" : $"of {key.Owner.Principal.Name}; {detail}");
        return change.ToWrite();
    }
}
