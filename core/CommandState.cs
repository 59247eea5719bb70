namespace CommandBroker.Core;

/// <summary>Where a command stands. The numbers are stored: never reuse one.</summary>
public enum CommandState
{
    /// <summary>Waits to be handed out. Enter: enqueue, lapsed lease, release, redrive. Leave: poll, cancel, expiry, supersession.</summary>
    Pending = 0,

    /// <summary>Handed out, its report is awaited. Enter: poll. Leave: report, lapsed lease, cancel.</summary>
    Leased = 1,

    /// <summary>The agent reported success. Final.</summary>
    Succeeded = 2,

    /// <summary>The agent reported fail. Final.</summary>
    Failed = 3,

    /// <summary>Handed out as often as allowed and never reported. Leave: redrive, or a late report.</summary>
    DeadLettered = 4,

    /// <summary>Removed by an operator. Final; a report that comes all the same is noted beside it.</summary>
    Cancelled = 5,

    /// <summary>Waited longer than its time to live. Leave: only a late report, if it had been handed out before.</summary>
    Expired = 6,

    /// <summary>Replaced by a later command of its task. Leave: only a late report, if it had been handed out before.</summary>
    Superseded = 7,

    /// <summary>Handed out in <see cref="DeliveryMode.AtMostOnce"/>; no report is awaited. Leave: only a report.</summary>
    Delivered = 8,
}
