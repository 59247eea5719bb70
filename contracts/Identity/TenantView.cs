using System.Text.Json.Serialization;

namespace CommandBroker.Contracts.Identity;

/// <summary>A domain, or one of its projects.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.TenantView")]
public sealed record TenantView
{
    /// <summary>Its id: 32 lower-case hexadecimal digits.</summary>
    [Id(0), JsonPropertyName("id")] public required string TenantId { get; init; }

    /// <summary>Its name, 1 to 64 characters: a domain's is unique, a project's within its domain, whatever the case.</summary>
    [Id(1)] public required string Name { get; init; }

    /// <summary>The domain of a project; null for a domain.</summary>
    [Id(2)] public string? DomainId { get; init; }

    /// <summary>Whether it is enabled.</summary>
    [Id(3), JsonPropertyName("enabled")] public required bool IsEnabled { get; init; }

    /// <summary>Source servers a project may register; null means <c>Sources:MaxCount</c>.</summary>
    [Id(4)] public int? MaxSourceServers { get; init; }

    /// <summary>Pending commands a project may have over all its source servers; null means no limit of its own.</summary>
    [Id(5)] public int? MaxPendingCommands { get; init; }

    /// <summary>Requests a project may make in a second at each gateway; null means <c>Identity:DefaultRequestsPerSecond</c>.</summary>
    [Id(6)] public int? MaxRequestsPerSecond { get; init; }
}
