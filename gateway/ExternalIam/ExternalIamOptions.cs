using System.ComponentModel.DataAnnotations;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>How a gateway deals with an external IAM, section <c>Identity:External</c>; without meaning while <c>Identity:Mode</c> is embedded.</summary>
public sealed class ExternalIamOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Identity:External";

    /// <summary>How long a token that the IAM found valid counts without asking again, though never past its own end: a token that is revoked there is refused here after this time. Default 1 min; 1 s to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan CacheLifetime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How much longer it counts while the IAM cannot be asked, though never past its own end. Default 5 min; 0 to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan MaxStale { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long one call to the IAM may take. Default 2 s; 100 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a call may take with what is tried again. Default 5 s; 100 ms to 2 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:02:00")]
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a call that failed is tried again. Default 1; 0 to 10.</summary>
    [Range(0, 10)]
    public int RetryCount { get; set; } = 1;

    /// <summary>Calls in ten seconds, half of which have failed, after which the IAM is left alone for <see cref="BreakDuration"/>. Default 10; 2 to 10,000.</summary>
    [Range(2, 10_000)]
    public int BreakMinimumCalls { get; set; } = 10;

    /// <summary>How long the IAM is left alone then. Default 5 s; 500 ms to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:10:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the IAM must be reached by HTTPS; on this machine itself (loopback) it need not. Default true.</summary>
    public bool RequireHttps { get; set; } = true;

    /// <summary>Which project of the broker one of the IAM's is, as <c>the IAM's id=the broker's id</c>, separated by semicolons; any other is a project of the same id, and is refused when the broker made one of that id. Default none.</summary>
    public string? Projects { get; set; }

    /// <summary>Which domain of the broker one of the IAM's is, in the same form. Default none.</summary>
    public string? Domains { get; set; }
}
