using System.Collections.Immutable;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client.Wire.Identity;

/// <summary>The answer to <c>GET /api/v1/keys</c>.</summary>
public sealed record AccessKeyListRecord
{
    /// <summary>The page, newest first.</summary>
    public required ImmutableArray<AccessKeyView> Keys { get; init; }

    /// <summary>The value of <c>after</c> that asks for the next page; absent on the last one.</summary>
    public string? NextAfter { get; init; }
}
