using System.Collections.Immutable;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client.Wire.Identity;

/// <summary>The answer to <c>GET /api/v1/users</c>.</summary>
public sealed record UserListRecord
{
    /// <summary>The page, in the order of the names.</summary>
    public required ImmutableArray<PrincipalView> Users { get; init; }

    /// <summary>The value of <c>after</c> that asks for the next page; absent on the last one.</summary>
    public string? NextAfter { get; init; }
}
