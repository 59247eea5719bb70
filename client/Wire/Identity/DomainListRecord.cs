using System.Collections.Immutable;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client.Wire.Identity;

/// <summary>The answer to <c>GET /api/v1/domains</c>.</summary>
public sealed record DomainListRecord
{
    /// <summary>The domains the caller may see.</summary>
    public required ImmutableArray<TenantView> Domains { get; init; }

    /// <summary>The value of <c>after</c> that asks for the next page; absent on the last one.</summary>
    public string? NextAfter { get; init; }
}
