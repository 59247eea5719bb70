namespace CommandBroker.Contracts;

/// <summary>What a poll met.</summary>
public enum PollStatus
{
    /// <summary>Nothing is due.</summary>
    Idle = 0,

    /// <summary>A command is handed out; its delivery is committed.</summary>
    Delivered = 1,

    /// <summary>Something is due, but as many leases run as <c>Queue:MaxOutstandingCount</c> allows.</summary>
    TooManyOutstanding = 2,

    /// <summary>No such source server is registered.</summary>
    UnknownSourceServer = 3,
}
