namespace CommandBroker.Contracts;

/// <summary>What a report met. The numbers cross process borders: never reuse one.</summary>
public enum ReportReplyStatus
{
    /// <summary>It ended its command.</summary>
    Ended = 0,

    /// <summary>The same report had been made before; nothing changed.</summary>
    Repeated = 1,

    /// <summary>Nothing was outstanding, or it was not clear what is meant; kept in the history, answered as success.</summary>
    KeptAsStray = 2,

    /// <summary>The command had been cancelled; the report is noted beside it, answered as success.</summary>
    NotedOnCancelled = 3,

    /// <summary>The name, or the command named by <c>X-Command-Id</c>, is not among the outstanding ones. Refused.</summary>
    NotOutstanding = 4,

    /// <summary>The command had ended with the opposite result. Refused, and kept in the history.</summary>
    Contradicting = 5,

    /// <summary>No such source server is registered.</summary>
    UnknownSourceServer = 6,
}
