namespace CommandBroker.Gateway.Identity;

/// <summary>By which rule a caller was refused. The log names it; <see cref="Refusal"/> says how much of it the caller is told.</summary>
internal enum AdmissionRule
{
    /// <summary>The gateway has not heard for too long what has changed, or nothing yet.</summary>
    IdentityStale,

    /// <summary>Neither a token nor a signature was sent.</summary>
    CredentialMissing,

    /// <summary>A token and a signature were sent: whose request it is cannot be told.</summary>
    CredentialAmbiguous,

    /// <summary>Several tokens, an empty one, or one that is too long.</summary>
    TokenMalformed,

    /// <summary>Nobody's token: none that was given to the broker, none that it issued.</summary>
    TokenUnknown,

    /// <summary>It looks like an issued token, and was changed or made by somebody else.</summary>
    TokenForged,

    /// <summary>Issued, and its time is over.</summary>
    TokenExpired,

    /// <summary>Issued, and revoked.</summary>
    TokenRevoked,

    /// <summary>Issued before its principal's password was changed.</summary>
    TokenOutdated,

    /// <summary>A token that was given to the broker and is disabled.</summary>
    TokenDisabled,

    /// <summary>Too many tokens from this address were nobody's; this one was not looked at.</summary>
    TokenThrottled,

    /// <summary>The external IAM cannot be asked, and did not find the token valid recently enough.</summary>
    IamUnavailable,

    /// <summary>The external IAM's token is valid, and names no project or domain that the broker takes, or a source server that cannot be.</summary>
    TenantMissing,

    /// <summary>The client's certificate is trustworthy, and nobody's.</summary>
    CertificateUnmapped,

    /// <summary>A browser showed the certificate for a page of another site.</summary>
    SiteForeign,

    /// <summary>Its principal is gone.</summary>
    PrincipalUnknown,

    /// <summary>Its principal, or the domain, is disabled.</summary>
    PrincipalDisabled,

    /// <summary>Its project is disabled or gone, or not one the principal may work in.</summary>
    ProjectUnavailable,

    /// <summary><c>X-Domain-Id</c> is sent twice, or is not the caller's domain.</summary>
    DomainForeign,

    /// <summary><c>X-Project-Id</c> is sent twice, or is not a project of the caller's.</summary>
    ProjectForeign,

    /// <summary>Signatures are switched off.</summary>
    SignaturesOff,

    /// <summary>The signature was refused; the log has the verifier's own status beside.</summary>
    SignatureRefused,

    /// <summary>No such access key.</summary>
    KeyUnknown,

    /// <summary>The access key is disabled.</summary>
    KeyDisabled,

    /// <summary>The access key's time is over.</summary>
    KeyExpired,

    /// <summary>Too many wrong signatures for this key from this address.</summary>
    KeyLocked,

    /// <summary>A temporary key without its <c>X-Security-Token</c>, with another's, or a permanent key with one.</summary>
    SecurityTokenWrong,

    /// <summary>This signature has been used.</summary>
    SignatureReplayed,

    /// <summary>The signed body is longer than <c>Gateway:MaxBodyBytes</c>.</summary>
    BodyTooLong,

    /// <summary>The signed body ended too early.</summary>
    BodyCut,

    /// <summary>The signed body did not come within <c>Gateway:UnprovenBodyTimeout</c>.</summary>
    BodyLate,

    /// <summary>The signed body had to make room for others; see <c>Gateway:MaxUnprovenBodies</c>.</summary>
    BodyCrowded,

    /// <summary>The project has made as many requests in this second as it may.</summary>
    Throttled,

    /// <summary>The caller is known, and may not do this.</summary>
    PermissionMissing,
}
