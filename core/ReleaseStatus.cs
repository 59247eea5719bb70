namespace CommandBroker.Core;

/// <summary>What became of a release.</summary>
public enum ReleaseStatus
{
    /// <summary>The delivery was taken back.</summary>
    TakenBack,

    /// <summary>Another response has shown the delivery too, and may have arrived: it stays, and it is noted that this one was not sent.</summary>
    StillShown,

    /// <summary>Nothing changes: the command has moved on, or may have been seen.</summary>
    Unchanged,

    /// <summary>Ended commands may have to be opened again: ask again with what the store holds of them. Nothing changes.</summary>
    NeedsHistory,
}
