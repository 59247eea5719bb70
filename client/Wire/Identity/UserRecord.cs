using System.Collections.Immutable;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client.Wire.Identity;

/// <summary>A principal in answers of <c>/api/v1/users</c>: a user, or an agent of one source server.</summary>
public sealed record UserRecord
{
    /// <inheritdoc cref="PrincipalView.PrincipalId"/>
    public required string Id { get; init; }

    /// <inheritdoc cref="PrincipalView.Name"/>
    public required string Name { get; init; }

    /// <inheritdoc cref="PrincipalView.DomainId"/>
    public required string DomainId { get; init; }

    /// <inheritdoc cref="PrincipalView.DomainName"/>
    public required string DomainName { get; init; }

    /// <inheritdoc cref="PrincipalView.ProjectId"/>
    public required string ProjectId { get; init; }

    /// <inheritdoc cref="PrincipalView.ProjectName"/>
    public required string ProjectName { get; init; }

    /// <inheritdoc cref="PrincipalView.IsDomainWide"/>
    public required bool DomainWide { get; init; }

    /// <summary>The only source server it may see; absent when it is not bound to one.</summary>
    public string? ServerId { get; init; }

    /// <summary>Its roles: agent, operator, auditor, admin.</summary>
    public required ImmutableArray<string> Roles { get; init; }

    /// <inheritdoc cref="PrincipalView.IsEnabled"/>
    public required bool Enabled { get; init; }

    /// <inheritdoc cref="PrincipalView.CreatedAt"/>
    public required DateTimeOffset CreatedAt { get; init; }
}
