using System.Collections.Immutable;

namespace CommandBroker.Client.Wire.Identity;

/// <summary>The body of <c>PATCH /api/v1/users/{id}</c>; what is absent stays.</summary>
public sealed record UserChangeBody
{
    /// <summary>Other roles: agent, operator, auditor, admin.</summary>
    public ImmutableArray<string>? Roles { get; init; }

    /// <summary>Enable or disable.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Another password, 8 to 256 characters; tokens issued before no longer count.</summary>
    public string? Password { get; init; }
}
