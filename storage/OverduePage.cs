using CommandBroker.Core;

namespace CommandBroker.Storage;

/// <summary>What one step of a walk over the source servers found.</summary>
/// <param name="Keys">Those with an open command that time has changed and nobody has settled.</param>
/// <param name="Next">Where the next step begins; null at the end.</param>
public sealed record OverduePage(IReadOnlyList<SourceServerKey> Keys, long? Next);
