namespace CommandBroker.Core;

/// <summary>What became of an enqueue.</summary>
public enum EnqueueStatus
{
    /// <summary>It is in the queue.</summary>
    Enqueued,

    /// <summary>An earlier enqueue with the same key and body had added it; nothing changes.</summary>
    WasThere,

    /// <summary>The key was used for another body; nothing changes.</summary>
    KeyConflict,

    /// <summary>A value is outside what is allowed; nothing changes.</summary>
    Invalid,

    /// <summary>The queue holds as many pending commands as allowed; nothing changes.</summary>
    QueueFull,

    /// <summary>The history holds as many commands as allowed; nothing changes.</summary>
    HistoryFull,
}
