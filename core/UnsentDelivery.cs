namespace CommandBroker.Core;

/// <summary>A delivery whose response did not go out, or not for sure: what the hand-out said of it, and whether a byte may have left.</summary>
public sealed record UnsentDelivery
{
    /// <summary>The delivery that a poll wrote and whose response was never made: no agent can know of it.</summary>
    /// <param name="handed">The command as the poll wrote it.</param>
    public static UnsentDelivery OfUnanswered(Command handed) => new()
    {
        Seq = handed.Seq,
        DeliveryCount = handed.DeliveryCount,
        MayHaveArrived = false,
        FormerDeliveredAt = Showings.FormerOf(handed),
        DeliveredAt = handed.DeliveredAt,
    };

    /// <summary>The command that was handed out.</summary>
    public required long Seq { get; init; }

    /// <summary>Its delivery count in that delivery.</summary>
    public required int DeliveryCount { get; init; }

    /// <summary>Whether a byte of the response may have left. False is a promise: no agent can know of this delivery.</summary>
    public required bool MayHaveArrived { get; init; }

    /// <summary>From <see cref="PollOutcome.FormerDeliveredAt"/>: when the command was handed out before; null when it never was.</summary>
    public DateTimeOffset? FormerDeliveredAt { get; init; }

    /// <summary>
    /// The command's <see cref="Command.DeliveredAt"/> in that delivery, which tells it from another with the same count; null takes any
    /// for it. After the clock stepped back nothing fits, and the command counts as seen.
    /// </summary>
    public DateTimeOffset? DeliveredAt { get; init; }
}
