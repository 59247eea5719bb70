using System.ComponentModel.DataAnnotations;

namespace CommandBroker.Grains;

/// <summary>The directory of source servers, section <c>Sources</c>.</summary>
public sealed class SourceOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Sources";

    /// <summary>Source servers that may be registered in a project without a quota of its own; one more is refused with SMS.6501.</summary>
    /// <value>Default 1,000,000; 1 to 100,000,000. (The vendor's is 1,000 an account.)</value>
    [Range(1, 100_000_000)]
    public int MaxCount { get; set; } = 1_000_000;

    /// <summary>A source server counts as connected when it polled within this time.</summary>
    /// <value>Default 5 minutes; 1 second to 7 days.</value>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan ConnectedTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Polls within this time of the last noted one are not noted anew, so that an idle poll costs no write.</summary>
    /// <value>Default 30 seconds; 1 second to 1 hour. Keep it below <see cref="ConnectedTimeout"/>.</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan VisitPrecision { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often noted visits are written to the store, all in one go.</summary>
    /// <value>Default 1 second; 100 milliseconds to 1 minute.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan VisitFlushInterval { get; set; } = TimeSpan.FromSeconds(1);
}
