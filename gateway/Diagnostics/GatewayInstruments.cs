using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CommandBroker.Gateway.Diagnostics;

/// <summary>The gateway's counters and activities; nothing is tagged with a server id.</summary>
internal static class GatewayInstruments
{
    private static readonly Meter Meter = new("CommandBroker");

    /// <summary>Spans around polls, reports and management calls.</summary>
    public static readonly ActivitySource Activities = new("CommandBroker");

    /// <summary>Polls that found nothing due.</summary>
    public static readonly Counter<long> PollsIdle = Meter.CreateCounter<long>("commandbroker.poll.idle", "{poll}");

    /// <summary>Polls whose command was sent.</summary>
    public static readonly Counter<long> PollsDelivered = Meter.CreateCounter<long>("commandbroker.poll.delivered", "{poll}");

    /// <summary>Polls whose command could not be sent.</summary>
    public static readonly Counter<long> PollsUnsent = Meter.CreateCounter<long>("commandbroker.poll.unsent", "{poll}");

    /// <summary>Polls that were refused.</summary>
    public static readonly Counter<long> PollsRefused = Meter.CreateCounter<long>("commandbroker.poll.refused", "{poll}");

    /// <summary>Reports that were accepted.</summary>
    public static readonly Counter<long> ReportsAccepted = Meter.CreateCounter<long>("commandbroker.report.accepted", "{report}");

    /// <summary>Reports that were refused.</summary>
    public static readonly Counter<long> ReportsRefused = Meter.CreateCounter<long>("commandbroker.report.refused", "{report}");

    /// <summary>Tokens that an external IAM was asked about.</summary>
    public static readonly Counter<long> IamAsked = Meter.CreateCounter<long>("commandbroker.iam.asked", "{token}");

    /// <summary>Of those, the ones it gave no answer to.</summary>
    public static readonly Counter<long> IamFailed = Meter.CreateCounter<long>("commandbroker.iam.failed", "{token}");

    /// <summary>Tokens that counted on because the external IAM could not be asked.</summary>
    public static readonly Counter<long> IamStale = Meter.CreateCounter<long>("commandbroker.iam.stale", "{token}");
}
