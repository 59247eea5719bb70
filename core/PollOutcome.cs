namespace CommandBroker.Core;

/// <summary>The answer to a poll.</summary>
/// <param name="Delivered">The command that is handed out; null when none is.</param>
/// <param name="IsRepeat">Whether it is handed out again under the lease that runs, as Sequential does; such a delivery is not counted.</param>
/// <param name="LimitReached">Whether nothing is handed out only because as many leases run as <c>Queue:MaxOutstandingCount</c> allows.</param>
/// <param name="FormerDeliveredAt">When the command was handed out before this delivery; null when it never was. For <see cref="UnsentDelivery"/>.</param>
/// <param name="MayBeRepeated">Whether another poll may be answered with this very delivery, as in Sequential.</param>
public readonly record struct PollOutcome(
    Command? Delivered,
    bool IsRepeat = false,
    bool LimitReached = false,
    DateTimeOffset? FormerDeliveredAt = null,
    bool MayBeRepeated = false);
