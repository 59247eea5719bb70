// A hot path: every request comes through here. What is remembered is answered without waiting and without allocating; bench/ guards it.
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.Http;
using CommandBroker.Identity.Signatures;
using Microsoft.Extensions.Primitives;

namespace CommandBroker.Gateway.Identity;

/// <summary>
/// Decides who calls and whether they may, before any grain of a source server is called. In this order: is anything known at all, the
/// credential, the principal, domain and project, the project's budget, the permission, and last whether the signature has been used: one that was refused
/// for another reason can be sent again.
/// </summary>
internal sealed class Admission(
    IdentityCache cache, ITokenProof tokens, SignatureProof signatures, CertificateProof certificates, SignatureParts parts, TimeProvider clock, ILogger<Admission> log)
{
    private const string DomainHeader = "X-Domain-Id";
    private const string ProjectHeader = "X-Project-Id";

    private static readonly Refusal Stale = new(AdmissionRule.IdentityStale);
    private static readonly Refusal Missing = new(AdmissionRule.CredentialMissing);
    private static readonly Refusal Ambiguous = new(AdmissionRule.CredentialAmbiguous);
    private static readonly Refusal Replayed = new(AdmissionRule.SignatureReplayed);
    private static readonly Refusal Disabled = new(AdmissionRule.PrincipalDisabled);
    private static readonly Refusal Unavailable = new(AdmissionRule.ProjectUnavailable);
    private static readonly Refusal ForeignDomain = new(AdmissionRule.DomainForeign);
    private static readonly Refusal ForeignProject = new(AdmissionRule.ProjectForeign);

    /// <summary>Admits a caller.</summary>
    /// <param name="context">The request.</param>
    /// <param name="needed">What it wants to do; None for what everybody may who is known.</param>
    /// <returns>Who it is, or why it is refused. Refusals are logged.</returns>
    /// <exception cref="BrokerException">The silos could not be asked.</exception>
    public ValueTask<Admittance> AdmitAsync(HttpContext context, Permission needed)
    {
        DateTimeOffset now = clock.GetUtcNow();
        ValueTask<Proof> proof = cache.IsFresh ? ProveAsync(context, now) : new ValueTask<Proof>(Stale);
        if (!proof.IsCompletedSuccessfully)
        {
            return AdmitLaterAsync(context, needed, proof, now);
        }

        Proof proven = proof.Result;
        ValueTask<Admittance> settled = SettleAsync(context, proven, now);
        return settled.IsCompletedSuccessfully
            ? new ValueTask<Admittance>(Finish(context, settled.Result, proven.Use, needed, now))
            : FinishLaterAsync(context, settled, proven.Use, needed, now);
    }

    private ValueTask<Proof> ProveAsync(HttpContext context, DateTimeOffset now)
    {
        IHeaderDictionary headers = context.Request.Headers;
        StringValues authorization = headers.Authorization;
        bool isSigned = authorization.Count > 0 && SignatureProof.IsMeant(authorization);
        bool isBearer = tokens.TakesBearer && BearerToken.IsMeant(authorization);
        return headers.TryGetValue(TokenProof.Header, out StringValues token) && token.Count > 0
            ? isSigned || isBearer ? new ValueTask<Proof>(Ambiguous) : tokens.ProveAsync(context, token, now)
            : isSigned ? signatures.ProveAsync(context, authorization, now)
            : isBearer ? tokens.ProveAsync(context, BearerToken.Of(authorization), now)
            : certificates.IsMeant(context) ? certificates.ProveAsync(context, now)
            : new ValueTask<Proof>(Missing);
    }

    private async ValueTask<Admittance> AdmitLaterAsync(HttpContext context, Permission needed, ValueTask<Proof> proof, DateTimeOffset now)
    {
        Proof proven = await proof;
        return Finish(context, await SettleAsync(context, proven, now), proven.Use, needed, now);
    }

    private async ValueTask<Admittance> FinishLaterAsync(
        HttpContext context, ValueTask<Admittance> settled, SignatureUse? use, Permission needed, DateTimeOffset now) =>
        Finish(context, await settled, use, needed, now);

    /// <summary>Whether the principal counts, and in which project.</summary>
    private ValueTask<Admittance> SettleAsync(HttpContext context, in Proof proof, DateTimeOffset now)
    {
        if (proof.Refusal is { } refusal)
        {
            return new ValueTask<Admittance>(refusal);
        }

        KnownPrincipal known = proof.Known!;
        if (!known.View.IsEnabled)
        {
            return new ValueTask<Admittance>(Disabled);
        }

        IHeaderDictionary headers = context.Request.Headers;
        if (headers.TryGetValue(DomainHeader, out StringValues domain) && domain.Count > 0 && (domain.Count > 1 || domain[0] != known.View.DomainId))
        {
            return new ValueTask<Admittance>(ForeignDomain);
        }

        if (headers.TryGetValue(ProjectHeader, out StringValues project) && project.Count > 0)
        {
            return SelectAsync(proof, project, now);
        }

        return new ValueTask<Admittance>(proof.Scoped is { } scoped ? scoped : Unavailable);
    }

    private ValueTask<Admittance> SelectAsync(in Proof proof, in StringValues project, DateTimeOffset now)
    {
        if (project.Count == 1 && project[0] is { Length: > 0 } id)
        {
            if (proof.Scoped is { } scoped && scoped.ProjectId.Value == id)
            {
                return new ValueTask<Admittance>(scoped);
            }

            if (proof.MaySelect)
            {
                return FindAsync(proof.Known!, id, now);
            }
        }

        return new ValueTask<Admittance>(ForeignProject);
    }

    private async ValueTask<Admittance> FindAsync(KnownPrincipal known, string projectId, DateTimeOffset now) =>
        await cache.InProjectAsync(known, projectId, now) is { } principal ? principal : ForeignProject;

    private Admittance Finish(HttpContext context, in Admittance settled, SignatureUse? use, Permission needed, DateTimeOffset now)
    {
        Refusal? refusal = settled.Refusal;
        if (settled.Principal is { } principal)
        {
            if (principal.Budget is { } budget && !budget.TryTake(now, out TimeSpan wait))
            {
                refusal = new Refusal(AdmissionRule.Throttled) { Wait = wait };
            }
            else if (!principal.Has(needed))
            {
                refusal = new Refusal(AdmissionRule.PermissionMissing) { Needed = needed };
            }
            else if (use is null || MayUse(context, use, needed, now))
            {
                return settled;
            }
            else
            {
                refusal = Replayed;
            }
        }

        if (refusal!.Code == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = tokens.TakesBearer ? Challenge.WithBearer : Challenge.Usual;
            if (refusal.Wait is { } lockedFor)
            {
                RetryAfter.Set(context.Response, lockedFor, 0);
            }
        }

        log.CallerRefused(RequestStamp.Of(context), refusal.Rule, refusal.Status, settled.Principal?.Id, context.Connection.RemoteIpAddress);
        return refusal;
    }

    /// <summary>Whether the signature is new, or the call one that a transport may repeat and the same as the first.</summary>
    private bool MayUse(HttpContext context, SignatureUse use, Permission needed, DateTimeOffset now)
    {
        ReplayVerdict verdict = parts.Used.Accept(use.Signature, use.Tag, use.SignedAt, now, out int answer);
        bool mayRepeat = use.IsBodySigned && (needed is Permission.EnqueueCommand or Permission.UpdateCommandResult);
        if (verdict == ReplayVerdict.First || (mayRepeat && verdict is (ReplayVerdict.Repeated or ReplayVerdict.Answered)))
        {
            if (mayRepeat)
            {
                context.Features.Set(new SignedCall(use, parts.Used, (SignedAnswer)answer, use.SignedAt + parts.Options.MaxClockSkew));
            }

            return true;
        }

        return false;
    }
}
