using System.ComponentModel.DataAnnotations;

namespace CommandBroker.Gateway.Identity;

/// <summary>How a gateway admits callers, section <c>Identity</c>. Read once at the start; a value outside its range stops the start with a message.</summary>
public sealed class AdmissionOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Identity";

    /// <summary>Whose tokens count: the broker's own, a Keystone's (<c>Identity:Keystone</c>) or an OpenID provider's (<c>Identity:Oidc</c>); access keys are the broker's own in each. Default embedded.</summary>
    [AllowedValues(IdentityMode.Embedded, IdentityMode.Keystone, IdentityMode.Oidc, ErrorMessage = "Identity:Mode must be embedded, keystone or oidc.")]
    public string Mode { get; set; } = IdentityMode.Embedded;

    /// <summary>Whether requests that an access key signs are admitted. Default true.</summary>
    public bool AcceptSignatures { get; set; } = true;

    /// <summary>How often a gateway asks what has changed: a revoked token, a disabled key or a deleted principal is refused everywhere after this time. Default 1 s; 100 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a gateway goes on by what it knows when it cannot ask; after that it answers 503. Default 60 s; 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan MaxStaleness { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Credentials, and principals, that a gateway keeps; beyond it some are forgotten and asked for again. Default 200,000; 16 to 10,000,000.</summary>
    [Range(16, 10_000_000)]
    public int MaxCachedCredentials { get; set; } = 200_000;

    /// <summary>Unknown credentials that a gateway remembers as such. Default 10,000; 16 to 10,000,000.</summary>
    [Range(16, 10_000_000)]
    public int MaxCachedUnknown { get; set; } = 10_000;

    /// <summary>How long an unknown credential is refused without asking again. Default 5 s; 100 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan UnknownLifetime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Tokens and signatures from one address that may turn out to be nobody's in a minute; until the next is allowed, those from there that the gateway does not remember are answered 429 unseen. Default 300; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxTokenFailuresPerMinute { get; set; } = 300;

    /// <summary>Questions about credentials, and about the users of sign-ins, that a gateway asks the silos, or an external IAM, at one time, so that made-up ones cannot flood them. Default 64; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int MaxConcurrentLookups { get; set; } = 64;

    /// <summary>Questions of that kind that wait for their turn; one more is answered 503. Default 10,000; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxWaitingLookups { get; set; } = 10_000;

    /// <summary>The farthest a signed request's <c>X-Sdk-Date</c> may be from the server's clock. Default 15 min, the vendor's rule; 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan MaxClockSkew { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Whether <c>X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD</c> may stand for the hash of a body; whoever sits between could then change it unnoticed. Default false.</summary>
    public bool AllowUnsignedPayload { get; set; }

    /// <summary>Wrong signatures in a row, from one address, that lock a key for that address. Default 5, the vendor's rule; 1 to 1,000.</summary>
    [Range(1, 1_000)]
    public int KeyLockFailures { get; set; } = 5;

    /// <summary>How long such a lock holds. Default 5 min, the vendor's rule; 1 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan KeyLockTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Signatures of calls that change something which a gateway remembers, so that none is used twice; about 80 bytes each. Default 1,000,000; 1,000 to 100,000,000.</summary>
    [Range(1_000, 100_000_000)]
    public int MaxRememberedSignatures { get; set; } = 1_000_000;

    /// <summary>Whose client certificates are whose: <c>principal=subject</c> or <c>principal=SHA-256 thumbprint</c>, separated by semicolons; the principal by its id, as <c>domain/name</c>, or as <c>name</c> in the default domain. Default none.</summary>
    public string? ClientCertificates { get; set; }

    /// <summary>Whether this gateway answers the IAM's routes: sign-in, validation, domains and projects; with an external IAM the last two. Default true.</summary>
    public bool EmbeddedIam { get; set; } = true;

    /// <summary>Refused sign-ins of a user, or from an address, without a wait; after them each has to wait. Default 5; 1 to 1,000.</summary>
    [Range(1, 1_000)]
    public int SignInFreeFailures { get; set; } = 5;

    /// <summary>How long until a user may fail once more; low, because whoever knows a name could keep its user out. An address that goes on failing for it waits up to twice as long. Default 30 s; 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SignInMaxUserDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long until an address may fail once more, and so the longest wait between sign-ins from there. Default 15 s; 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SignInMaxAddressDelay { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether the broker's own tokens count.</summary>
    internal bool IsEmbedded => Mode == IdentityMode.Embedded;
}
