using System.ComponentModel.DataAnnotations;

namespace CommandBroker.Gateway.Identity;

/// <summary>How a gateway admits callers, section <c>Identity</c>. Read once at the start; a value outside its range stops the start with a message.</summary>
public sealed class AdmissionOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Identity";

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

    /// <summary>Questions about credentials that a gateway asks the silos at one time, so that made-up credentials cannot flood them. Default 64; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int MaxConcurrentLookups { get; set; } = 64;

    /// <summary>Questions about credentials that wait for their turn; one more is answered 503. Default 10,000; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxWaitingLookups { get; set; } = 10_000;
}
