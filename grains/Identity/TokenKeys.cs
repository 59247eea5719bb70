using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CommandBroker.Contracts.Identity;
using CommandBroker.Identity.Tokens;
using CommandBroker.Storage.Identity;

namespace CommandBroker.Grains;

/// <summary>
/// The keys that sign tokens, and their change. A new key is told to gateways for a minute before it signs; the one before it is kept for as long
/// as a token that it signed may count.
/// </summary>
internal sealed class TokenKeys(IdentityContext context, IdentityWrites writes)
{
    /// <summary>How long a key is known before it signs: gateways learn of changes within this time.</summary>
    public static readonly TimeSpan SigningDelay = TimeSpan.FromMinutes(1);

    // Clocks differ: a token may be judged by a later one than issued it.
    private static readonly TimeSpan Margin = TokenVerifier.MaxClockSkew;

    /// <summary>The keys whose tokens may count.</summary>
    public async Task<ImmutableArray<TokenKeyView>> ReadPublicAsync()
    {
        DateTimeOffset now = context.Now;
        return [.. (await context.Store.ReadTokenKeysAsync())
            .Where(key => !(key.ExpiresAt <= now))
            .Select(key => new TokenKeyView(key.KeyId, key.PublicKey))];
    }

    /// <summary>The key that signs now; the caller disposes of it.</summary>
    public async Task<TokenSigner> ReadSignerAsync()
    {
        IReadOnlyList<StoredTokenKey> keys = await context.Store.ReadTokenKeysAsync();
        if (keys.Count == 0)
        {
            await RotateIfDueAsync();
            keys = await context.Store.ReadTokenKeysAsync();
        }

        DateTimeOffset now = context.Now;
        StoredTokenKey[] valid = [.. keys.Where(key => !(key.ExpiresAt <= now))];
        StoredTokenKey signing = valid.FirstOrDefault(key => key.CreatedAt + SigningDelay <= now) ?? valid[^1];
        byte[] privateKey = context.Open(signing.PrivateKey, IdentityContext.OwnerOfTokenKey(signing.KeyId));
        try
        {
            return new TokenSigner(signing.KeyId, privateKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }

    /// <summary>Makes a new key when there is none, or the newest is older than <c>Identity:TokenKeyRotation</c>.</summary>
    public Task RotateIfDueAsync() => RotateAsync(IdentityContext.Broker, requestId: null, isForced: false);

    /// <summary>Makes a new key.</summary>
    /// <param name="actor">Who asked.</param>
    /// <param name="requestId">The request, for the audit.</param>
    /// <param name="endsTokens">Whether every token that was issued so far ends now; otherwise each counts until it expires.</param>
    public Task RotateAsync(AuditActor actor, string? requestId, bool endsTokens) => RotateAsync(actor, requestId, isForced: true, endsTokens);

    private async Task RotateAsync(AuditActor actor, string? requestId, bool isForced, bool endsTokens = false)
    {
        if (!isForced && !IsDue(await context.Store.ReadTokenKeysAsync()))
        {
            return;
        }

        string? made = await writes.RunAsync<string?>(async () =>
        {
            IReadOnlyList<StoredTokenKey> keys = await context.Store.ReadTokenKeysAsync();
            if (!isForced && !IsDue(keys))
            {
                return (null, null);
            }

            DateTimeOffset now = context.Now;
            StoredTokenKey next = Create(now);
            DateTimeOffset endsAt = endsTokens ? now : now + SigningDelay + context.Options.TokenLifetime + Margin;
            var change = new IdentityChangeSet(actor, requestId, now);
            change.Tell(IdentityChangeKind.TokenKeys, next.KeyId);
            change.Note(AuditActions.TokenKeyRotated, projectId: null, next.KeyId, endsTokens ? "all tokens ended" : null);
            return (change.ToWrite() with
            {
                TokenKeys = [next, .. keys.Where(key => key.ExpiresAt is null || key.ExpiresAt > endsAt).Select(key => key with { ExpiresAt = endsAt })],
            }, next.KeyId);
        });
        if (made is not null)
        {
            IdentityLog.TokenKeyMade(context.Logger, made);
        }
    }

    private bool IsDue(IReadOnlyList<StoredTokenKey> keys) =>
        keys.Count == 0 || keys[0].CreatedAt + context.Options.TokenKeyRotation <= context.Now;

    private StoredTokenKey Create(DateTimeOffset now)
    {
        TokenKey pair = TokenKey.Create();
        try
        {
            return new StoredTokenKey
            {
                KeyId = pair.KeyId,
                PublicKey = ImmutableCollectionsMarshal.AsImmutableArray(pair.PublicKey),
                PrivateKey = context.Seal(pair.PrivateKey, IdentityContext.OwnerOfTokenKey(pair.KeyId)),
                CreatedAt = now,
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pair.PrivateKey);
        }
    }
}
