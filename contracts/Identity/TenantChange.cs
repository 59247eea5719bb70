using System.Text.Json.Serialization;

namespace CommandBroker.Contracts.Identity;

/// <summary>What to change of a project or a domain; null members stay as they are. A quota of 0 takes the project's own quota away; a domain has none.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.TenantChange")]
public sealed record TenantChange
{
    /// <summary>Enable or disable.</summary>
    [Id(0), JsonPropertyName("enabled")] public bool? IsEnabled { get; init; }

    /// <inheritdoc cref="TenantView.MaxSourceServers"/>
    [Id(1)] public int? MaxSourceServers { get; init; }

    /// <inheritdoc cref="TenantView.MaxPendingCommands"/>
    [Id(2)] public int? MaxPendingCommands { get; init; }

    /// <inheritdoc cref="TenantView.MaxRequestsPerSecond"/>
    [Id(3)] public int? MaxRequestsPerSecond { get; init; }
}
