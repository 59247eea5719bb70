using System.Collections.Immutable;

namespace CommandBroker.Contracts;

/// <summary>One page of source servers, in the order of registration.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.SourceServerListView")]
public sealed record SourceServerListView
{
    /// <summary>The page.</summary>
    [Id(0)] public required ImmutableArray<SourceServerView> Servers { get; init; }

    /// <summary>How many match in all.</summary>
    [Id(1)] public required long TotalCount { get; init; }
}
