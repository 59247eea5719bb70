using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.Http;
using CommandBroker.Identity.Signatures;
using Microsoft.Extensions.Primitives;

namespace CommandBroker.Gateway.Identity;

/// <summary>
/// Tells who a signature says that the caller is. A key that does not exist costs what a wrong signature costs: the same verification, and
/// one question to a silo unless the same key was refused a short time ago.
/// </summary>
internal sealed class SignatureProof(
    IdentityCache cache, SignatureParts parts, TokenThrottle throttle, UnprovenBodies bodies, AuditQueue audit, IOptions<GatewayOptions> options,
    ILogger<SignatureProof> log)
{
    private const string SecurityToken = "X-Security-Token";

    private static readonly Refusal Off = new(AdmissionRule.SignaturesOff);
    private static readonly Refusal OtherSecurityToken = new(AdmissionRule.SecurityTokenWrong);
    private static readonly Refusal Cut = new(AdmissionRule.BodyCut);
    private static readonly Refusal Crowded = new(AdmissionRule.BodyCrowded);

    private const int MaxReadBodyBytes = 4_096;

    private readonly int _maxBodyBytes = options.Value.MaxBodyBytes;
    private readonly TimeSpan _bodyTimeout = options.Value.UnprovenBodyTimeout;

    /// <summary>Whether a request means to be read here: other schemes of Authorization are none of the broker's.</summary>
    public static bool IsMeant(in StringValues authorization)
    {
        foreach (string? value in authorization)
        {
            if (AuthorizationHeader.IsSignature(value))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Checks a signed request. What is remembered, and has no body, is answered without waiting.</summary>
    public ValueTask<Proof> ProveAsync(HttpContext context, in StringValues values, DateTimeOffset now)
    {
        if (!parts.IsAccepted)
        {
            return new ValueTask<Proof>(Off);
        }

        if (values.Count != 1)
        {
            return new ValueTask<Proof>(SignatureRefusal.Of(SignatureStatus.AuthorizationMalformed));
        }

        string text = values[0]!;
        if (!AuthorizationHeader.TryParse(text, out AuthorizationHeader authorization, out SignatureStatus fault))
        {
            return new ValueTask<Proof>(SignatureRefusal.Of(fault));
        }

        if (parts.Locks.IsLocked(authorization.AccessKey, Address(context), now, out TimeSpan remaining))
        {
            return new ValueTask<Proof>(SignatureRefusal.Locked(remaining));
        }

        string accessKey = authorization.AccessKey.ToString();
        return SignedBody.IsPossible(context) ? ProveWithBodyAsync(context, text, accessKey, now)
            : TryProve(context, authorization, accessKey, SignedRequest.EmptyBodyHash, now, out Proof proof) ? new ValueTask<Proof>(proof)
            : AskAndProveAsync(context, text, accessKey, SignedRequest.EmptyBodyHash.ToArray(), now);
    }

    private async ValueTask<Proof> ProveWithBodyAsync(HttpContext context, string text, string accessKey, DateTimeOffset now)
    {
        (Refusal? refusal, byte[] hash) = await ReadBodyAsync(context, text, now);
        if (refusal is not null)
        {
            return refusal;
        }

        AuthorizationHeader.TryParse(text, out AuthorizationHeader authorization, out _);
        return TryProve(context, authorization, accessKey, hash, now, out Proof proof) ? proof : await AskWithBodyAsync(context, text, accessKey, hash, now);
    }

    private async ValueTask<Proof> AskWithBodyAsync(HttpContext context, string text, string accessKey, byte[] hash, DateTimeOffset now)
    {
        ClientAddress address = Address(context);
        long bytes = context.Request.ContentLength ?? _maxBodyBytes;
        if (!bodies.Held.TryHold(address, bytes))
        {
            return Crowded;
        }

        try
        {
            return await AskAndProveAsync(context, text, accessKey, hash, now);
        }
        finally
        {
            bodies.Held.Release(address, bytes);
        }
    }

    /// <summary>Checks by what is remembered. False when that proves nothing: the key is not remembered, or the signature is not its own.</summary>
    private bool TryProve(
        HttpContext context, in AuthorizationHeader authorization, string accessKey, ReadOnlySpan<byte> bodyHash, DateTimeOffset now, out Proof proof)
    {
        // Without a key, too, as if it had one: by the time nobody can tell which keys there are.
        KnownCredential? key = cache.Keys.TryGetKnown(accessKey, out KnownCredential? known) ? known : null;
        SignatureOutcome outcome = SignatureCheck.Verify(context, authorization, key is null ? [] : key.Secret, bodyHash, now, parts.Options);
        bool isDecided = !IsFailure(outcome);
        proof = isDecided ? Judge(context, authorization, key!, outcome, now) : default;
        return isDecided;
    }

    /// <summary>Asks, then checks again: the same work in the same order whether there is such a key or not.</summary>
    private async ValueTask<Proof> AskAndProveAsync(HttpContext context, string text, string accessKey, byte[] bodyHash, DateTimeOffset now)
    {
        // Whether there is such a key or not: a wrong signature costs the same question.
        ClientAddress address = Address(context);
        if (throttle.MustWait(address, now, out TimeSpan wait))
        {
            return TokenThrottle.Refuse(wait);
        }

        string decoy = DecoyKey.Of(accessKey);
        bool wasRefused = cache.Keys.WasRefused(accessKey, now);
        if (!cache.Keys.TryGet(accessKey, now, out KnownCredential? key))
        {
            key = await cache.Keys.AskAsync(accessKey);
        }
        else if (!wasRefused)
        {
            // A question that finds nothing, as for an unknown key. Asking for the key itself would find it, which takes longer.
            await cache.Keys.AskAsync(decoy);
        }

        AuthorizationHeader.TryParse(text, out AuthorizationHeader authorization, out _);
        SignatureOutcome outcome = SignatureCheck.Verify(context, authorization, key is null ? [] : key.Secret, bodyHash, now, parts.Options);
        if (IsFailure(outcome))
        {
            throttle.NoteFailure(address, now);
            return Refuse(context, accessKey, key, outcome, now);
        }

        return Judge(context, authorization, key!, outcome, now);
    }

    /// <summary>Hashes the body, once everything is in order that can be told without it and without the key.</summary>
    private async ValueTask<(Refusal? Refusal, byte[] Hash)> ReadBodyAsync(HttpContext context, string text, DateTimeOffset now)
    {
        AuthorizationHeader.TryParse(text, out AuthorizationHeader authorization, out _);
        SignatureOutcome form = SignatureCheck.Verify(context, authorization, secret: [], bodyHash: [], now, parts.Options);
        if (form.Status == SignatureStatus.KeyUnknown)
        {
            // The body may be unsigned, and is.
            return (null, []);
        }

        if (form.Status != SignatureStatus.BodyHashNeeded)
        {
            return (SignatureRefusal.Of(form, parts.Options, now), []);
        }

        int maxBytes = IsRead(context) ? Math.Min(MaxReadBodyBytes, _maxBodyBytes) : _maxBodyBytes;
        (RequestBodyStatus status, byte[] hash) = await bodies.HashAsync(context, maxBytes);
        return (status switch
        {
            RequestBodyStatus.Whole => null,
            RequestBodyStatus.TooLong => SignatureRefusal.TooLong(maxBytes, IsRead(context)),
            RequestBodyStatus.Late => SignatureRefusal.Late(_bodyTimeout),
            RequestBodyStatus.Crowded => Crowded,
            _ => Cut,
        }, hash);
    }

    private Proof Refuse(HttpContext context, string accessKey, KnownCredential? key, in SignatureOutcome outcome, DateTimeOffset now)
    {
        cache.Keys.NoteRefused(accessKey, now);
        if (parts.Locks.NoteFailure(accessKey, Address(context), now))
        {
            log.KeyLocked(RequestStamp.Of(context), accessKey, context.Connection.RemoteIpAddress, parts.LockTimeout);
            audit.Note("key.locked", context.Connection.RemoteIpAddress?.ToString(), RequestStamp.Of(context), accessKey, key?.Principal);
        }

        return SignatureRefusal.Of(outcome, parts.Options, now) with
        {
            Status = outcome.Status == SignatureStatus.KeyUnknown ? $"access key {accessKey}" : $"{outcome.Status} of access key {accessKey}",
        };
    }

    private Proof Judge(HttpContext context, in AuthorizationHeader authorization, KnownCredential key, in SignatureOutcome outcome, DateTimeOffset now)
    {
        if (!outcome.IsValid)
        {
            return SignatureRefusal.Of(outcome, parts.Options, now);
        }

        if (!key.IsEnabled || key.HasExpired(now))
        {
            string accessKey = authorization.AccessKey.ToString();
            return key.IsEnabled ? SignatureRefusal.Ended(accessKey, key) : SignatureRefusal.Disabled(accessKey, key);
        }

        // The verifier has seen to it that it is there once. Signed or not, it counts when it is the key's own.
        StringValues token = context.Request.Headers[SecurityToken];
        if (token.Count == 0 ? key.SessionToken is not null : !(key.SessionToken?.FixedTimeEquals(TokenHash.Of(token.ToString())) ?? false))
        {
            return OtherSecurityToken;
        }

        parts.Locks.NoteSuccess(authorization.AccessKey, Address(context));
        var proof = Proof.Of(key.Principal);

        // A header that anybody may have set chooses nothing: unsigned it may name the key's own project only.
        proof = proof.MaySelect && !authorization.Signs("x-project-id") ? proof with { MaySelect = false } : proof;
        return IsRead(context) ? proof : proof with { Use = SignatureUse.Of(context, authorization, outcome) };
    }

    private static bool IsRead(HttpContext context) => context.Request.Method is "GET" or "HEAD";

    private static bool IsFailure(in SignatureOutcome outcome) => outcome.Status is SignatureStatus.Mismatch or SignatureStatus.KeyUnknown;

    private static ClientAddress Address(HttpContext context) => ClientAddress.From(context.Connection.RemoteIpAddress);
}
