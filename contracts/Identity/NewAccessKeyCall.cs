using System.Text.Json.Serialization;

namespace CommandBroker.Contracts.Identity;

/// <summary>A key to make.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.NewAccessKeyCall")]
public sealed record NewAccessKeyCall
{
    /// <summary>Whose it is to be, by id; null where the path says it.</summary>
    [Id(0), JsonPropertyName("user_id")] public string? PrincipalId { get; init; }

    /// <summary>What it is for, at most 255 characters; null says nothing.</summary>
    [Id(1)] public string? Description { get; init; }

    /// <summary>How long it counts; null means for ever, which a temporary one must not. A temporary one: 15 min to 24 h.</summary>
    [Id(2)] public TimeSpan? Lifetime { get; init; }

    /// <summary>Whether it is temporary and goes with an <c>X-Security-Token</c>.</summary>
    [Id(3), JsonPropertyName("temporary"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool IsTemporary { get; init; }
}
