using System.Collections.Immutable;

namespace CommandBroker.Client.Wire.Identity;

/// <summary>The answer to <c>GET /api/v1/audit</c>.</summary>
public sealed record AuditPageRecord
{
    /// <summary>The page, newest first. One that is shorter than was asked for, or empty, is the last only without <see cref="NextBefore"/>.</summary>
    public required ImmutableArray<AuditEventRecord> Events { get; init; }

    /// <summary>The value of <c>before</c> that asks for the next page; absent on the last one.</summary>
    public string? NextBefore { get; init; }
}
