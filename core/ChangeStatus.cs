namespace CommandBroker.Core;

/// <summary>What became of a cancel or a redrive.</summary>
public enum ChangeStatus
{
    /// <summary>Done.</summary>
    Changed,

    /// <summary>It was so already; nothing changes.</summary>
    WasSo,

    /// <summary>There is no such command; nothing changes.</summary>
    Unknown,

    /// <summary>The command's state does not allow it; nothing changes.</summary>
    WrongState,

    /// <summary>The queue holds as many pending commands as allowed; nothing changes.</summary>
    QueueFull,
}
