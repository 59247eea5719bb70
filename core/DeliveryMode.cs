namespace CommandBroker.Core;

/// <summary>What a poll hands out. The numbers are stored: never reuse one.</summary>
public enum DeliveryMode
{
    /// <summary>Each poll hands out the next command; several may be outstanding, so a STOP is never stuck behind a running START.</summary>
    Queue = 0,

    /// <summary>One outstanding command; every poll repeats it until it is reported. For agents that report and want strict order.</summary>
    Sequential = 1,

    /// <summary>A command ends as it is handed out. For agents that never report.</summary>
    AtMostOnce = 2,
}
