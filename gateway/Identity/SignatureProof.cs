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
    IdentityCache cache, SignatureParts parts, AuditQueue audit, IOptions<GatewayOptions> options,
    ILogger<SignatureProof> log)
{
    private const string SecurityToken = "X-Security-Token";

    private static readonly Refusal Off = new(AdmissionRule.SignaturesOff);
    private static readonly Refusal Disabled = new(AdmissionRule.KeyDisabled);
    private static readonly Refusal Expired = new(AdmissionRule.KeyExpired);
    private static readonly Refusal OtherSecurityToken = new(AdmissionRule.SecurityTokenWrong);
    private static readonly Refusal Cut = new(AdmissionRule.BodyCut);

    private readonly int _maxBodyBytes = options.Value.MaxBodyBytes;

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
        if (!SignedBody.IsPossible(context))
        {
            // An unknown key is verified here as well, and both that fail once more below: a caller cannot tell by the time which keys exist.
            KnownCredential? key = cache.Keys.TryGetKnown(accessKey, out KnownCredential? known) ? known : null;
            SignatureOutcome outcome = SignatureCheck.Verify(context, authorization, key is null ? [] : key.Secret, SignedRequest.EmptyBodyHash, now, parts.Options);
            if (!IsFailure(outcome))
            {
                return new ValueTask<Proof>(Judge(context, authorization, key!, outcome, now));
            }
        }

        return ProveLaterAsync(context, text, accessKey, now);
    }

    private async ValueTask<Proof> ProveLaterAsync(HttpContext context, string text, string accessKey, DateTimeOffset now)
    {
        (Refusal? refusal, byte[] hash) = await ReadBodyAsync(context, text, now);
        if (refusal is not null)
        {
            return refusal;
        }

        bool isAsked = !cache.Keys.TryGet(accessKey, now, out KnownCredential? key);
        if (isAsked)
        {
            key = await cache.Keys.AskAsync(accessKey);
        }

        AuthorizationHeader.TryParse(text, out AuthorizationHeader authorization, out _);
        SignatureOutcome outcome = SignatureCheck.Verify(context, authorization, key is null ? [] : key.Secret, hash, now, parts.Options);
        return IsFailure(outcome)
            ? await RefuseAsync(context, accessKey, outcome, isAsked, now)
            : Judge(context, authorization, key!, outcome, now);
    }

    /// <summary>Hashes the body if there is one, once everything is in order that can be told without it and without the key.</summary>
    private async ValueTask<(Refusal? Refusal, byte[] Hash)> ReadBodyAsync(HttpContext context, string text, DateTimeOffset now)
    {
        if (!SignedBody.IsPossible(context))
        {
            return (null, SignedRequest.EmptyBodyHash.ToArray());
        }

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

        (RequestBodyStatus status, byte[] hash) = await SignedBody.HashAsync(context, _maxBodyBytes);
        return (status switch
        {
            RequestBodyStatus.Whole => null,
            RequestBodyStatus.TooLong => SignatureRefusal.TooLong(_maxBodyBytes),
            _ => Cut,
        }, hash);
    }

    private async ValueTask<Proof> RefuseAsync(HttpContext context, string accessKey, SignatureOutcome outcome, bool isAsked, DateTimeOffset now)
    {
        if (!isAsked && !cache.Keys.WasRefused(accessKey, now))
        {
            // What an unknown key costs, to the last detail: a question that finds nothing. Asking for the key itself would find it, which takes longer.
            await cache.Keys.AskAsync(DecoyKey.Of(accessKey));
        }

        cache.Keys.NoteRefused(accessKey, now);
        if (parts.Locks.NoteFailure(accessKey, Address(context), now))
        {
            log.KeyLocked(accessKey, context.Connection.RemoteIpAddress, parts.LockTimeout);
            audit.Note("key.locked", context.Connection.RemoteIpAddress?.ToString(), RequestStamp.Of(context), accessKey);
        }

        return SignatureRefusal.Of(outcome, parts.Options, now);
    }

    private Proof Judge(HttpContext context, in AuthorizationHeader authorization, KnownCredential key, in SignatureOutcome outcome, DateTimeOffset now)
    {
        if (!outcome.IsValid)
        {
            return SignatureRefusal.Of(outcome, parts.Options, now);
        }

        if (!key.IsEnabled || key.HasExpired(now))
        {
            return key.IsEnabled ? Expired : Disabled;
        }

        // The verifier has seen to it that it is signed and there once.
        StringValues token = context.Request.Headers[SecurityToken];
        if (token.Count == 0 ? key.SessionToken is not null : key.SessionToken != TokenHash.Of(token.ToString()))
        {
            return OtherSecurityToken;
        }

        parts.Locks.NoteSuccess(authorization.AccessKey, Address(context));
        return HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
            ? Proof.Of(key.Principal)
            : Proof.Of(key.Principal) with { Use = SignatureUse.Of(authorization, outcome) };
    }

    private static bool IsFailure(in SignatureOutcome outcome) => outcome.Status is SignatureStatus.Mismatch or SignatureStatus.KeyUnknown;

    private static ClientAddress Address(HttpContext context) => ClientAddress.From(context.Connection.RemoteIpAddress);
}
