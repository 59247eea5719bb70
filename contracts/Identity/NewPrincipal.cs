using System.Text.Json.Serialization;

namespace CommandBroker.Contracts.Identity;

/// <summary>A principal to make.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.NewPrincipal")]
public sealed record NewPrincipal
{
    /// <summary>Its name, 1 to 64 characters without control characters, unique within its domain whatever the case.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>Its domain; null means the caller's own.</summary>
    [Id(1)] public string? DomainId { get; init; }

    /// <summary>Its project, by id; null means the first one of its domain.</summary>
    [Id(2)] public string? ProjectId { get; init; }

    /// <summary>Whether it may work in every project of its domain.</summary>
    [Id(3), JsonPropertyName("domain_wide"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool IsDomainWide { get; init; }

    /// <summary>The only source server it may see; null when it is not bound to one.</summary>
    [Id(4)] public string? ServerId { get; init; }

    /// <summary>Its roles.</summary>
    [Id(5)] public required Roles Roles { get; init; }

    /// <summary>Its password, 8 to 256 characters; null when it never signs in with one.</summary>
    [Id(6)] public string? Password { get; init; }
}
