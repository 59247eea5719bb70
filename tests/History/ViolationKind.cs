namespace CommandBroker.History;

/// <summary>The promises a history is checked for.</summary>
public enum ViolationKind
{
    /// <summary>An acknowledged command is not there at the end.</summary>
    Lost,

    /// <summary>A command is there, or was delivered, that nobody enqueued for that source server as it stands.</summary>
    Invented,

    /// <summary>One idempotency key stands for two commands, or for two bodies.</summary>
    DuplicatedKey,

    /// <summary>A number was used twice, or did not rise with the order of acknowledgement.</summary>
    Sequence,

    /// <summary>A first delivery overtook an earlier command, or a redelivery followed a later command of its task.</summary>
    Order,

    /// <summary>A command was handed out while its lease ran.</summary>
    OverlappingLease,

    /// <summary>Delivery counts did not rise by one, or beyond the limit.</summary>
    DeliveryCount,

    /// <summary>More than one final result was accepted, or the kept one was never accepted.</summary>
    ContradictingResults,

    /// <summary>An acknowledged report is not there at the end.</summary>
    LostReport,

    /// <summary>A command was still open after the drain.</summary>
    NotDrained,

    /// <summary>Two ways of reading the end disagree.</summary>
    Disagreement,
}
