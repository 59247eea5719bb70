using System.Collections.Immutable;

namespace CommandBroker.Client.Wire;

/// <summary>The answer to <c>GET /v3/sources</c>.</summary>
public sealed record SourceServerListRecord
{
    /// <summary>How many match in all.</summary>
    public required long Count { get; init; }

    /// <summary>The page.</summary>
    public required ImmutableArray<SourceServerRecord> SourceServers { get; init; }
}
