using System.Collections.Immutable;

namespace CommandBroker.Contracts.Identity;

/// <summary>What has changed since a revision.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.IdentityChanges")]
public sealed record IdentityChanges
{
    /// <summary>The revision this leads to; ask with it the next time.</summary>
    [Id(0)] public required long Revision { get; init; }

    /// <summary>Whether too much has changed to be told, or too long ago: forget everything and read a snapshot.</summary>
    [Id(1)] public bool IsReset { get; init; }

    /// <summary>The changes, oldest first; empty with <see cref="IsReset"/>.</summary>
    [Id(2)] public required ImmutableArray<IdentityChange> Changes { get; init; }
}
