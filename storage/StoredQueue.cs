using CommandBroker.Core;

namespace CommandBroker.Storage;

/// <summary>What a store holds of one source server's queue.</summary>
/// <param name="SourceNo">The source server's number in this database, the key of its commands; stays when it is deleted and registered anew.</param>
/// <param name="State">Its open commands and counters.</param>
/// <param name="HasOverrides">Whether it has settings of its own, which are kept elsewhere.</param>
public sealed record StoredQueue(long SourceNo, QueueState State, bool HasOverrides);
