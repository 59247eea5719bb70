namespace CommandBroker.Storage.Postgres;

/// <summary>What a fault of PostgreSQL, or of the way to it, means for whoever asked.</summary>
internal enum PostgresFaultKind
{
    /// <summary>
    /// Nothing that time mends: a missing privilege, database or table, or a fault of ours. Refused as <see cref="StoreRefusedException"/>.
    /// </summary>
    Loud,

    /// <summary>
    /// The connection ended or is of no more use, and the answer is unknown. Asked again over a new one, then <see cref="StoreUnavailableException"/>.
    /// </summary>
    Lost,

    /// <summary>
    /// The server takes no writes any more, as after a failover. All connections to it are dropped, asked again over a new one, then
    /// <see cref="StoreUnavailableException"/>.
    /// </summary>
    Moved,

    /// <summary>The server has no room, memory, connection or time for it now, or does not let the broker in: <see cref="StoreUnavailableException"/> at once.</summary>
    Refused,

    /// <summary>The server undid the transaction because it met another. Asked again, then <see cref="StoreUnavailableException"/>.</summary>
    Undone,

    /// <summary>The server found its own file damaged: <see cref="UnreadableRowException"/> for those whose rows are there.</summary>
    Damage,
}
