namespace CommandBroker.Storage;

/// <summary>Which commit wrote a command's row.</summary>
/// <param name="Version">The stored version.</param>
/// <param name="Token">The token of the commit that wrote it; see <see cref="QueueCommit.Token"/>.</param>
public readonly record struct RowStamp(int Version, long Token);
