using System.Collections.Concurrent;
using CommandBroker.Contracts.Identity;
using CommandBroker.Identity.Tokens;

namespace CommandBroker.Gateway.Identity;

/// <summary>Tokens that the broker issued: the keys they are checked with, those that were revoked, and those whose signature was found right.</summary>
internal sealed class IssuedTokens(ChangeFence fence, AdmissionOptions options) : IDisposable
{
    private readonly BoundedMap<TokenHash, KnownToken> _verified = new(options.MaxCachedCredentials);
    private readonly BoundedMap<TokenHash, Forgery> _forged = new(options.MaxCachedUnknown);
    private ConcurrentDictionary<string, bool> _revoked = new(StringComparer.Ordinal);
    private TokenVerifier _verifier = new([]);

    /// <summary>How many verified ones are remembered.</summary>
    public int Count => _verified.Count;

    /// <summary>How many are remembered as forged.</summary>
    public int ForgedCount => _forged.Count;

    /// <summary>How many are revoked as far as this gateway knows.</summary>
    public int RevokedCount => _revoked.Count;

    /// <summary>Checks with the keys of a silo from now on. What was verified before is verified anew.</summary>
    public void Begin(IdentitySnapshot snapshot)
    {
        // Whoever verifies with the old keys at this moment has them still: they are not disposed of, the collector takes them.
        Volatile.Write(ref _verifier, new TokenVerifier(snapshot.TokenKeys.Select(key => KeyValuePair.Create(key.KeyId, key.PublicKey.ToArray()))));
        Volatile.Write(ref _revoked, new(snapshot.Revoked.Select(id => KeyValuePair.Create(id, true)), StringComparer.Ordinal));
        _verified.RemoveWhere(_ => true);
        _forged.RemoveWhere(_ => true);
    }

    /// <summary>Lets a token count no more.</summary>
    public void Revoke(string tokenId) => Volatile.Read(ref _revoked)[tokenId] = true;

    /// <summary>Whether a token was revoked.</summary>
    public bool IsRevoked(string tokenId) => Volatile.Read(ref _revoked).ContainsKey(tokenId);

    /// <summary>A token that was verified before, and whose principal has not changed since.</summary>
    public bool TryGet(in TokenHash hash, out KnownToken? token) => _verified.TryGet(hash, out token) && !token.Known.IsForgotten;

    /// <summary>The changes so far; note it before a token is checked.</summary>
    public long FenceNumber => fence.Number;

    /// <summary>Checks a token.</summary>
    public TokenStatus Verify(string text, DateTimeOffset now, out TokenPayload? payload) => Volatile.Read(ref _verifier).Verify(text, now, out payload);

    /// <summary>Remembers a token whose signature was found right, unless something has changed since.</summary>
    public void Keep(in TokenHash hash, KnownToken token, long fenceNumber)
    {
        TokenHash key = hash;
        fence.TryKeep(fenceNumber, () => _verified.Set(key, token));
    }

    /// <summary>Whether a token's signature was found wrong a short time ago.</summary>
    public bool WasForged(in TokenHash hash, DateTimeOffset now) => _forged.TryGet(hash, out Forgery? forgery) && now < forgery.Until;

    /// <summary>Remembers for a short time that a token's signature is wrong, unless something has changed since.</summary>
    public void KeepForged(in TokenHash hash, DateTimeOffset now, long fenceNumber)
    {
        TokenHash key = hash;
        fence.TryKeep(fenceNumber, () => _forged.Set(key, new Forgery(now + options.UnknownLifetime)));
    }

    /// <inheritdoc/>
    public void Dispose() => _verifier.Dispose();

    private sealed record Forgery(DateTimeOffset Until);
}
