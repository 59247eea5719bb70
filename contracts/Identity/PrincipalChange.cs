using System.Text.Json.Serialization;

namespace CommandBroker.Contracts.Identity;

/// <summary>What to change of a principal; null members stay as they are.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.PrincipalChange")]
public sealed record PrincipalChange
{
    /// <summary>Other roles.</summary>
    [Id(0)] public Roles? Roles { get; init; }

    /// <summary>Enable or disable.</summary>
    [Id(1), JsonPropertyName("enabled")] public bool? IsEnabled { get; init; }

    /// <summary>Another password; tokens that were issued before no longer count.</summary>
    [Id(2)] public string? Password { get; init; }
}
