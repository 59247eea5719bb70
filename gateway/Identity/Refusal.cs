using System.Globalization;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Gateway.Identity;

/// <summary>
/// Why a caller is not admitted, and what it is told. Whether a key, a principal or a project exists is never told: all that is not valid
/// is answered alike.
/// </summary>
internal sealed record Refusal(AdmissionRule Rule)
{
    private const string Prefix = "Incorrect IAM authentication information: ";

    /// <summary>What the caller lacks; set with <see cref="AdmissionRule.PermissionMissing"/> only.</summary>
    public Permission Needed { get; init; }

    /// <summary>A sentence for the caller that the rule alone does not have, as a wrong clock's difference; null when there is none.</summary>
    public string? Sentence { get; init; }

    /// <summary>For the log: what the verifier said; null when it was not asked.</summary>
    public string? Status { get; init; }

    /// <summary>How long the caller should wait; null when waiting alone does not help, or as long as is usual.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>The HTTP status.</summary>
    public int Code => Rule switch
    {
        AdmissionRule.IdentityStale or AdmissionRule.IamUnavailable or AdmissionRule.BodyCrowded => StatusCodes.Status503ServiceUnavailable,
        AdmissionRule.Throttled or AdmissionRule.TokenThrottled => StatusCodes.Status429TooManyRequests,
        AdmissionRule.PermissionMissing or AdmissionRule.SiteForeign => StatusCodes.Status403Forbidden,
        AdmissionRule.BodyLate => StatusCodes.Status408RequestTimeout,
        AdmissionRule.BodyTooLong or AdmissionRule.BodyCut => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status401Unauthorized,
    };

    /// <summary>What the caller is told.</summary>
    public string Message => Sentence is { } sentence ? (Code == StatusCodes.Status401Unauthorized ? Prefix + sentence : sentence) : Rule switch
    {
        AdmissionRule.IdentityStale => "The broker cannot tell callers apart just now.",
        AdmissionRule.IamUnavailable => "The IAM that this broker asks cannot be reached just now.",
        AdmissionRule.CredentialMissing => Prefix + "X-Auth-Token is missing, and there is no signature in Authorization.",
        AdmissionRule.CredentialAmbiguous => Prefix + "X-Auth-Token and a signature in Authorization are both sent; one of them is needed.",
        AdmissionRule.TokenMalformed => string.Create(CultureInfo.InvariantCulture, $"{Prefix}X-Auth-Token must be sent once and have 1 to {TokenHash.MaxTokenLength} characters."),
        AdmissionRule.TokenExpired => Prefix + "X-Auth-Token has expired.",
        AdmissionRule.TokenUnknown or AdmissionRule.TokenForged or AdmissionRule.TokenRevoked or AdmissionRule.TokenOutdated
            or AdmissionRule.TokenDisabled => Prefix + "X-Auth-Token is not valid.",
        AdmissionRule.TokenThrottled => "Too many tokens or signatures from this address were not valid.",
        AdmissionRule.TenantMissing => Prefix + "the token names no project or domain that this broker takes.",
        AdmissionRule.SignaturesOff => Prefix + "signatures are not accepted here; send X-Auth-Token.",
        AdmissionRule.PrincipalDisabled or AdmissionRule.ProjectUnavailable or AdmissionRule.CertificateUnmapped
            or AdmissionRule.PrincipalUnknown => Prefix + "the credential is not valid.",
        AdmissionRule.SiteForeign => "A page of another site made this request (Sec-Fetch-Site); a client certificate counts for no such page.",
        AdmissionRule.DomainForeign => Prefix + "X-Domain-Id must be sent once at most and name the caller's domain.",
        AdmissionRule.ProjectForeign => Prefix + "X-Project-Id must be sent once at most and name a project of the caller's.",
        AdmissionRule.SecurityTokenWrong => Prefix + "X-Security-Token is not the one of this access key.",
        AdmissionRule.SignatureReplayed => Prefix + "the signature has been used; sign every request anew.",
        AdmissionRule.BodyCrowded => "Too many bodies of callers who are not proven yet are here or waited for (Gateway:MaxUnprovenBodies, Gateway:MaxUnprovenBodyBytes).",
        AdmissionRule.BodyCut => "The body ends too early.",
        AdmissionRule.Throttled => "The project makes more requests in a second than it may.",
        AdmissionRule.PermissionMissing => $"You are not authorised to perform {PermissionNames.Of(Needed)}.",
        AdmissionRule.KeyUnknown or AdmissionRule.KeyDisabled or AdmissionRule.SignatureRefused => Prefix + "the access key or the signature is not valid.",
        _ => throw new InvalidOperationException($"Rule {Rule} has no message."),
    };
}
