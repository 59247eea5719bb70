namespace CommandBroker.Core;

/// <summary>What became of a report.</summary>
public enum ReportStatus
{
    /// <summary>It ended its command.</summary>
    Ended,

    /// <summary>The same result had been reported before; nothing changes.</summary>
    Repeated,

    /// <summary>Nothing was outstanding, or it is not clear which command is meant; the report is kept beside the commands.</summary>
    KeptAsStray,

    /// <summary>The command had been cancelled and stays so; the report is noted in its outcome.</summary>
    NotedOnCancelled,

    /// <summary>The name, or the command that was named, is not among the outstanding ones. Refused.</summary>
    NotOutstanding,

    /// <summary>The command had ended with the opposite result. Refused; the report is kept beside the commands.</summary>
    Contradicting,

    /// <summary>No open command matches: ask again with what the store holds of the ended ones. Nothing changes.</summary>
    NeedsHistory,
}
