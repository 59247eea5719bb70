using System.Collections.Immutable;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client.Wire.Identity;

/// <summary>The answer to <c>GET /api/v1/projects</c>.</summary>
public sealed record ProjectListRecord
{
    /// <summary>The projects of the domain.</summary>
    public required ImmutableArray<TenantView> Projects { get; init; }

    /// <summary>The value of <c>after</c> that asks for the next page; absent on the last one.</summary>
    public string? NextAfter { get; init; }
}
