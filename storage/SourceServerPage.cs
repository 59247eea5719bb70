namespace CommandBroker.Storage;

/// <summary>One page of source servers.</summary>
/// <param name="Servers">The page.</param>
/// <param name="TotalCount">How many match the filter in all.</param>
public sealed record SourceServerPage(IReadOnlyList<SourceServer> Servers, long TotalCount);
