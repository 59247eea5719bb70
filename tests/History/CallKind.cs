namespace CommandBroker.History;

/// <summary>What a client asked of the broker.</summary>
public enum CallKind
{
    /// <summary>A management tool appended a command.</summary>
    Enqueue,

    /// <summary>An agent asked for the next command.</summary>
    Poll,

    /// <summary>An agent told how a command went.</summary>
    Report,

    /// <summary>The run killed a broker process: not a call, but the history is worth nothing without it.</summary>
    Kill,

    /// <summary>The run broke something on purpose, from the invoke line to the end, and proved that it did. Fails when it did not.</summary>
    Fault,
}
