namespace CommandBroker.History;

/// <summary>The stage of a call that one line of the history notes.</summary>
public enum EntryKind
{
    /// <summary>The request is about to leave. Flushed to the file first.</summary>
    Invoke,

    /// <summary>The broker said that it did it.</summary>
    Ok,

    /// <summary>It was surely not done: refused with a reason, or the connection was never made.</summary>
    Fail,

    /// <summary>Unknown: a timeout, a 5xx answer, a broken connection.</summary>
    Info,
}
