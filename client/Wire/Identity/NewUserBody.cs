using System.Collections.Immutable;

namespace CommandBroker.Client.Wire.Identity;

/// <summary>The body of <c>POST /api/v1/users</c>.</summary>
public sealed record NewUserBody
{
    /// <summary>1 to 64 characters, unique within its domain whatever the case; needed.</summary>
    public string? Name { get; init; }

    /// <summary>Its domain; absent means the caller's.</summary>
    public string? DomainId { get; init; }

    /// <summary>Its project; absent means the first one of its domain.</summary>
    public string? ProjectId { get; init; }

    /// <summary>Whether it may work in every project of its domain; absent means false.</summary>
    public bool? DomainWide { get; init; }

    /// <summary>The only source server it may see; absent means all of its project.</summary>
    public string? ServerId { get; init; }

    /// <summary>agent, operator, auditor, admin; needed, may be empty.</summary>
    public ImmutableArray<string>? Roles { get; init; }

    /// <summary>8 to 256 characters; absent when it never signs in with one.</summary>
    public string? Password { get; init; }
}
