using CommandBroker.Identity.Signatures;
using CommandBroker.Identity.Tokens;
using Microsoft.Extensions.Primitives;

namespace CommandBroker.Gateway.Identity;

/// <summary>Tells who a token says that the caller is. What was seen before is answered from memory, without waiting.</summary>
internal sealed class TokenProof(IdentityCache cache, TokenThrottle throttle) : ITokenProof
{
    /// <summary>The header that carries the token.</summary>
    public const string Header = "X-Auth-Token";

    private static readonly Refusal Malformed = new(AdmissionRule.TokenMalformed);
    private static readonly Refusal Unknown = new(AdmissionRule.TokenUnknown);
    private static readonly Refusal Forged = new(AdmissionRule.TokenForged);
    private static readonly Refusal Expired = new(AdmissionRule.TokenExpired);
    private static readonly Refusal Revoked = new(AdmissionRule.TokenRevoked);
    private static readonly Refusal Outdated = new(AdmissionRule.TokenOutdated);
    private static readonly Refusal Disabled = new(AdmissionRule.TokenDisabled);
    private static readonly Refusal PrincipalUnknown = new(AdmissionRule.PrincipalUnknown) { Sentence = "X-Auth-Token is not valid." };
    private static readonly Refusal ProjectUnavailable = new(AdmissionRule.ProjectUnavailable);

    /// <inheritdoc/>
    public bool TakesBearer => false;

    /// <inheritdoc/>
    public ValueTask<Proof> ProveAsync(HttpContext context, in StringValues values, DateTimeOffset now)
    {
        if (values.Count != 1 || values[0] is not { Length: > 0 and <= TokenHash.MaxTokenLength } token)
        {
            return new ValueTask<Proof>(Malformed);
        }

        TokenHash hash = TokenHash.Of(token);
        bool isIssued = TokenText.IsMeant(token);
        if (isIssued && cache.Issued.TryGet(hash, out KnownToken? issued))
        {
            return new ValueTask<Proof>(Judge(issued!, now));
        }

        if (!isIssued && cache.Tokens.TryGet(hash, now, out KnownCredential? given))
        {
            return new ValueTask<Proof>(Judge(given, now));
        }

        if (isIssued && cache.Issued.WasForged(hash, now))
        {
            return new ValueTask<Proof>(Forged);
        }

        var address = ClientAddress.From(context.Connection.RemoteIpAddress);
        return throttle.MustWait(address, now, out TimeSpan wait) ? new ValueTask<Proof>(TokenThrottle.Refuse(wait))
            : isIssued ? ProveIssuedAsync(token, hash, address, now)
            : FindAsync(hash, address, now);
    }

    /// <summary>An issued token that counts; null when it does not, whatever the reason.</summary>
    public async ValueTask<KnownToken?> FindIssuedAsync(string text, DateTimeOffset now)
    {
        TokenHash hash = TokenHash.Of(text);
        if (!TokenText.IsMeant(text))
        {
            return null;
        }

        if (cache.Issued.TryGet(hash, out KnownToken? known))
        {
            return Judge(known!, now).Refusal is null ? known : null;
        }

        (KnownToken? token, Refusal? refusal) = await VerifyAsync(text, hash, now);
        return refusal is null ? token : null;
    }

    /// <summary>Checks an issued token and finds whose it is.</summary>
    /// <returns>The token, or why it does not count.</returns>
    private async ValueTask<(KnownToken? Token, Refusal? Refusal)> VerifyAsync(string text, TokenHash hash, DateTimeOffset now)
    {
        long number = cache.Issued.FenceNumber;
        switch (cache.Issued.Verify(text, now, out TokenPayload? payload))
        {
            case TokenStatus.Valid:
                break;
            case TokenStatus.Expired:
                return (null, Expired);
            case TokenStatus.WrongSignature:
                // It costs what a right one costs, so it is not checked again and again.
                cache.Issued.KeepForged(hash, now, number);
                return (null, Forged);
            default:
                return (null, Forged);
        }

        if (await cache.Principals.FindAsync(payload!.PrincipalId, now) is not { } known)
        {
            return (null, PrincipalUnknown);
        }

        if (await cache.InProjectAsync(known, payload.ProjectId, now) is not { } scoped)
        {
            return (null, ProjectUnavailable);
        }

        var token = new KnownToken(payload, known, scoped);
        cache.Issued.Keep(hash, token, number);
        return (token, Judge(token, now).Refusal);
    }

    private async ValueTask<Proof> ProveIssuedAsync(string text, TokenHash hash, ClientAddress address, DateTimeOffset now)
    {
        (KnownToken? token, Refusal? refusal) = await VerifyAsync(text, hash, now);
        if (ReferenceEquals(refusal, Forged))
        {
            throttle.NoteFailure(address, now);
        }

        return refusal is not null ? refusal : Judge(token!, now);
    }

    private async ValueTask<Proof> FindAsync(TokenHash hash, ClientAddress address, DateTimeOffset now)
    {
        KnownCredential? given = await cache.Tokens.AskAsync(hash);
        if (given is null)
        {
            throttle.NoteFailure(address, now);
        }

        return Judge(given, now);
    }

    private Proof Judge(KnownToken token, DateTimeOffset now) =>
        now >= token.Payload.ExpiresAt ? Expired
        : cache.Issued.IsRevoked(token.Payload.TokenId) ? Revoked
        : token.Known.View.TokensValidFrom is { } from && token.Payload.IssuedAt < from ? Outdated
        : new Proof(token.Known, token.Scoped, token.Scoped.IsDomainWide, null);

    private static Proof Judge(KnownCredential? given, DateTimeOffset now) =>
        given is null ? Unknown
        : !given.IsEnabled ? Disabled
        : given.HasExpired(now) ? Expired
        : Proof.Of(given.Principal);
}
