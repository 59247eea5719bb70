namespace CommandBroker.Contracts;

/// <summary>Why a call was not carried out. The numbers cross process borders: never reuse one.</summary>
public enum BrokerErrorReason
{
    /// <summary>A value is outside what is allowed; the message says what was found, what is allowed and the setting. Not transient.</summary>
    InvalidArgument = 1,

    /// <summary>No such source server, for this caller. Not transient.</summary>
    UnknownSourceServer = 2,

    /// <summary>No such command, or retention has removed it. Not transient.</summary>
    UnknownCommand = 3,

    /// <summary>The idempotency key was used for another body. Not transient.</summary>
    KeyConflict = 4,

    /// <summary>The queue holds as many pending commands as <c>Queue:MaxPendingCount</c> allows. Transient.</summary>
    QueueFull = 5,

    /// <summary>The history holds as many commands as <c>Queue:MaxHistoryCount</c> allows. Transient: retention makes room.</summary>
    HistoryFull = 6,

    /// <summary>The command's state does not allow it, as cancelling one that has ended. Not transient.</summary>
    WrongState = 7,

    /// <summary>The source server still has open commands. Transient.</summary>
    CommandsOutstanding = 8,

    /// <summary>As many source servers are registered as <c>Sources:MaxCount</c> allows. Not transient.</summary>
    TooManySourceServers = 9,

    /// <summary>The database does not answer, is full or read-only, or too much waits for it. Transient; what was to be written may be written or not.</summary>
    StorageUnavailable = 10,

    /// <summary>Stored data of this source server cannot be read; it is quarantined until somebody mends it. Not transient.</summary>
    Quarantined = 11,

    /// <summary>The broker did not answer in time or cannot be reached. Transient; the call may have been carried out or not.</summary>
    Unreachable = 12,

    /// <summary>The credential is missing, wrong, or may not do this. Not transient.</summary>
    Unauthorized = 13,

    /// <summary>A fault of the broker itself; its log has more. Not transient.</summary>
    Internal = 14,

    /// <summary>No such tenant, principal or key, for this caller. Not transient.</summary>
    UnknownIdentity = 15,

    /// <summary>A tenant, principal or key of that name exists. Not transient.</summary>
    IdentityExists = 16,

    /// <summary>The project has used up a quota of its own. Transient.</summary>
    TenantQuotaExceeded = 17,

    /// <summary>More requests than allowed in a short time, or sign-ins refused too often. Transient.</summary>
    Throttled = 18,
}
