using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client.Wire.Identity;

/// <summary>A domain, or one of its projects, in answers of <c>/api/v1/domains</c> and <c>/api/v1/projects</c>.</summary>
public sealed record TenantRecord
{
    /// <inheritdoc cref="TenantView.TenantId"/>
    public required string Id { get; init; }

    /// <inheritdoc cref="TenantView.Name"/>
    public required string Name { get; init; }

    /// <summary>The domain of a project; absent for a domain.</summary>
    public string? DomainId { get; init; }

    /// <inheritdoc cref="TenantView.IsEnabled"/>
    public required bool Enabled { get; init; }

    /// <summary>Source servers a project may register; absent means <c>Sources:MaxCount</c>.</summary>
    public int? MaxSourceServers { get; init; }

    /// <summary>Pending commands a project may have in all; absent means no limit of its own.</summary>
    public int? MaxPendingCommands { get; init; }

    /// <summary>Requests a project may make in a second at each gateway; absent means <c>Identity:DefaultRequestsPerSecond</c>.</summary>
    public int? MaxRequestsPerSecond { get; init; }
}
