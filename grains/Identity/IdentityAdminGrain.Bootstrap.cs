using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Identity.Passwords;
using CommandBroker.Storage.Identity;

namespace CommandBroker.Grains;

internal sealed partial class IdentityAdminGrain
{
    private static readonly AdminCaller BrokerItself = new() { Actor = IdentityContext.Broker };

    public async ValueTask BootstrapAsync(ImmutableArray<BootstrapPrincipal> principals)
    {
        foreach (BootstrapPrincipal given in principals)
        {
            Check(BrokerItself, given.Principal);
            if (given.AccessKey is { } accessKey && (!IdentityIds.IsAccessKey(accessKey) || string.IsNullOrEmpty(given.SecretKey)))
            {
                throw IdentityBounds.Invalid("An access key has up to 128 letters, digits, - and _, and goes with a secret key.");
            }

            if (GivenOnce.WasDeleted(given, await _store.ReadGivenAsync()))
            {
                IdentityLog.PrincipalNotBroughtBack(context.Logger, given.Principal.Name);
                continue;
            }

            string? hash = await HashIfOtherAsync(given);
            if (await writes.RunAsync<bool>(async () => await DecideAsync(given, hash)))
            {
                IdentityLog.PrincipalBootstrapped(context.Logger, given.Principal.Name);
            }
        }

        await tokenKeys.RotateIfDueAsync();
    }

    private static string DomainOf(BootstrapPrincipal given) => given.Principal.DomainId ?? DefaultTenant.DomainId;

    /// <summary>The hash of the given password; null when there is none, or it is the stored one.</summary>
    private async Task<string?> HashIfOtherAsync(BootstrapPrincipal given)
    {
        StoredPrincipal? known = (await _store.FindPrincipalByNameAsync(DomainOf(given), given.Principal.Name))?.Principal;
        bool isSettled = given.Principal.Password is null || (known is not null && given.OnlyIfMissing && await CanSignInAsync(known))
            || (known?.PasswordHash is { } stored && await context.Passwords.CheckAsync(stored, given.Principal.Password) != PasswordCheck.Wrong);
        return isSettled ? null : await context.Passwords.HashAsync(given.Principal.Password!);
    }

    private async Task<(IdentityWrite? Write, bool IsMade)> DecideAsync(BootstrapPrincipal given, string? hash)
    {
        DateTimeOffset now = context.Now;
        PrincipalEntry? known = await _store.FindPrincipalByNameAsync(DomainOf(given), given.Principal.Name);
        StoredGiven[] marks = [.. GivenOnce.MadeBy(given).Except(await _store.ReadGivenAsync())];
        if (known is not null && given.OnlyIfMissing && (hash is null || await CanSignInAsync(known.Principal)))
        {
            return (marks.Length == 0 ? null : new IdentityWrite { Given = [.. marks] }, false);
        }

        StoredPrincipal before = known?.Principal
            ?? New(given.Principal, await ChooseProjectAsync(BrokerItself, given.Principal, DomainOf(given)), hash: null, now);
        StoredPrincipal after = hash is null ? before : before with { PasswordHash = hash, TokensValidFrom = known is null ? null : now };
        StoredCredential[] owned = known is null ? [] : [.. (await ListCredentialsAsync(before)).Select(entry => entry.Credential)];
        StoredCredential[] stale = given.TokenHash is { } kept
            ? [.. owned.Where(credential => credential.Kind == CredentialKind.Token && credential.CredentialId != kept)]
            : [];
        StoredCredential[] fresh = [.. await TokenToPutAsync(given, before, now), .. await KeyToPutAsync(given, before, now)];
        if (known is not null && after == before && stale.Length == 0 && fresh.Length == 0)
        {
            return (null, false);
        }

        var change = new IdentityChangeSet(BrokerItself, now);
        change.Tell(IdentityChangeKind.Principal, after.PrincipalId);
        Array.ForEach([.. owned, .. fresh], change.Tell);
        change.Note(AuditActions.PrincipalBootstrapped, after.ProjectId, after.Name, known is null ? $"roles {given.Principal.Roles}" : "credentials");
        return (change.ToWrite() with
        {
            Principals = known is null || after != before ? [after] : [],
            Credentials = [.. fresh],
            // Deleted first, a key takes on another secret; a put keeps the stored one.
            DeletedCredentials = [.. stale.Concat(fresh).Select(credential => credential.CredentialId)],
            Given = [.. marks],
        }, known is null);
    }

    /// <summary>Whether anything proves it: one whose development credentials were ended has nothing left.</summary>
    private async Task<bool> CanSignInAsync(StoredPrincipal principal) => principal.PasswordHash is not null || (await ListCredentialsAsync(principal)).Count > 0;

    private async Task<StoredCredential[]> TokenToPutAsync(BootstrapPrincipal given, StoredPrincipal owner, DateTimeOffset now)
    {
        if (given.TokenHash is not { } hash || await IsOwnAsync(hash, owner, "token") is not null)
        {
            return [];
        }

        return [new StoredCredential { CredentialId = hash, Kind = CredentialKind.Token, PrincipalId = owner.PrincipalId, CreatedAt = now }];
    }

    private async Task<StoredCredential[]> KeyToPutAsync(BootstrapPrincipal given, StoredPrincipal owner, DateTimeOffset now)
    {
        if (given.AccessKey is not { } accessKey)
        {
            return [];
        }

        string boundTo = IdentityContext.OwnerOfKey(accessKey);
        byte[] secret = Encoding.UTF8.GetBytes(given.SecretKey!);
        StoredCredential? known = await IsOwnAsync(accessKey, owner, "access key");
        if (known?.Secret is { } stored && CryptographicOperations.FixedTimeEquals(context.Open(stored, boundTo), secret))
        {
            return [];
        }

        return [(known ?? new StoredCredential { CredentialId = accessKey, Kind = CredentialKind.AccessKey, PrincipalId = owner.PrincipalId, CreatedAt = now })
            with { Secret = context.Seal(secret, boundTo) }];
    }

    /// <summary>The stored credential; null when there is none.</summary>
    /// <exception cref="BrokerException">InvalidArgument: it is somebody else's.</exception>
    private async Task<StoredCredential?> IsOwnAsync(string credentialId, StoredPrincipal owner, string what)
    {
        StoredCredential? known = (await _store.FindCredentialAsync(credentialId))?.Credential;
        return known is null || known.PrincipalId == owner.PrincipalId
            ? known
            : throw IdentityBounds.Invalid($"The {what} given for {owner.Name} is another principal's; each needs one of its own.");
    }
}
