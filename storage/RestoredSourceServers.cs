using CommandBroker.Core;

namespace CommandBroker.Storage;

/// <summary>What a look for source servers that were deleted behind an enqueue has done.</summary>
/// <param name="Keys">Those that are registered again.</param>
/// <param name="IsWhole">False when something could not be read, so that a later look must begin where this one did.</param>
public sealed record RestoredSourceServers(IReadOnlyList<SourceServerKey> Keys, bool IsWhole);
