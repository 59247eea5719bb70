using System.ComponentModel.DataAnnotations;

namespace CommandBroker.Grains;

/// <summary>Principals, keys, tokens and the audit, as the silos keep them; section <c>Identity</c>. The same values for all silos of a cluster.</summary>
public sealed class IdentityOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Identity";

    /// <summary>
    /// The key that stored secrets are encrypted with: 32 random bytes in base64 (<c>openssl rand -base64 32</c>). Several, separated by commas,
    /// while one is exchanged: the first encrypts, all decrypt.
    /// </summary>
    /// <value>Default none: Development makes <c>master.key</c> in <c>Storage:DataDirectory</c>; otherwise this or <see cref="MasterKeyFile"/> is required.</value>
    public string? MasterKey { get; set; }

    /// <summary>A file with such keys instead, one a line; lines that begin with <c>#</c> are passed over.</summary>
    /// <value>Default none.</value>
    public string? MasterKeyFile { get; set; }

    /// <summary>How long an issued token counts.</summary>
    /// <value>Default 24 hours; 1 minute to 30 days.</value>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How old the key that signs tokens may get. Tokens of the one before count until they end.</summary>
    /// <value>Default 30 days; 1 hour to 3,650 days.</value>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan TokenKeyRotation { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Access keys that one principal may have, temporary ones counted in.</summary>
    /// <value>Default 10; 1 to 1,000.</value>
    [Range(1, 1_000)]
    public int MaxKeysPerPrincipal { get; set; } = 10;

    /// <summary>Rounds of PBKDF2 with HMAC-SHA-512 over a password. A password whose hash has fewer is hashed anew when it is next used.</summary>
    /// <value>Default 210,000; 210,000 to 10,000,000.</value>
    [Range(210_000, 10_000_000)]
    public int PasswordIterations { get; set; } = 210_000;

    /// <summary>Passwords that one silo checks at one time; each occupies a processor for about a tenth of a second.</summary>
    /// <value>Default 1; 1 to 256.</value>
    [Range(1, 256)]
    public int MaxPasswordChecks { get; set; } = 1;

    /// <summary>Passwords that may wait for their check on one silo; further sign-ins are told to try again.</summary>
    /// <value>Default 32; 1 to 10,000.</value>
    [Range(1, 10_000)]
    public int MaxQueuedPasswordChecks { get; set; } = 32;

    /// <summary>Requests in a second at each gateway for a project without a quota of its own.</summary>
    /// <value>Default none: no limit; 1 to 1,000,000.</value>
    [Range(1, 1_000_000)]
    public int? DefaultRequestsPerSecond { get; set; }

    /// <summary>How long the audit's events are kept.</summary>
    /// <value>Default 90 days; 1 hour to 3,650 days.</value>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan AuditRetention { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How often events about commands, source servers and sign-ins are written to the audit, all in one go; a crash loses what came since.</summary>
    /// <value>Default 1 second; 100 milliseconds to 1 minute.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan AuditFlushInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Events of one kind, actor and project that are written one by one between two flushes; what is beyond is written as one event with its count,
    /// as each command itself tells who enqueued it.
    /// </summary>
    /// <value>Default 100; 1 to 10,000.</value>
    [Range(1, 10_000)]
    public int AuditBurstCount { get; set; } = 100;

    /// <summary>The name of the administrator that a first start makes in the default domain, with all roles but agent.</summary>
    /// <value>Default none; 1 to 64 characters. A principal of that name that exists already stays as it is, unless nothing proves it any more: then it gets the password.</value>
    [StringLength(64, MinimumLength = 1)]
    public string? BootstrapAdmin { get; set; }

    /// <summary>Its password.</summary>
    /// <value>Default none; 8 to 256 characters. This or <see cref="BootstrapAdminPasswordFile"/> goes with <see cref="BootstrapAdmin"/>.</value>
    public string? BootstrapAdminPassword { get; set; }

    /// <summary>A file whose first line is its password instead.</summary>
    /// <value>Default none.</value>
    public string? BootstrapAdminPasswordFile { get; set; }
}
