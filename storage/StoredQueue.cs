using CommandBroker.Core;

namespace CommandBroker.Storage;

/// <summary>What a store holds of one source server's queue.</summary>
/// <param name="SourceNo">The source server's number in this database, the key of its commands; stays when it is deleted and registered anew.</param>
/// <param name="State">Its open commands and counters.</param>
/// <param name="HasOverrides">Whether it has settings of its own, which are kept elsewhere.</param>
public sealed record StoredQueue(long SourceNo, QueueState State, bool HasOverrides)
{
    /// <summary>
    /// Why the directory lists it as quarantined; null when it does not. A load that succeeds takes the mark away, but not from one that
    /// <see cref="HasOverrides"/>: whether those can be read, its caller finds out.
    /// </summary>
    public string? QuarantineReason { get; init; }

    /// <summary>
    /// The history of the server that it was read from: another one after a standby took over, which may lack what the former server showed and no standby
    /// had. A commit decided on it is a conflict there. Null in a store that no other takes over from.
    /// </summary>
    public string? Lineage { get; init; }
}
