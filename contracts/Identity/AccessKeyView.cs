using System.Text.Json.Serialization;

namespace CommandBroker.Contracts.Identity;

/// <summary>An access key as tools see it: without its secret.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.AccessKeyView")]
public sealed record AccessKeyView
{
    /// <summary>The access key: 20 characters, letters and digits.</summary>
    [Id(0)] public required string AccessKey { get; init; }

    /// <summary>Whose it is.</summary>
    [Id(1), JsonPropertyName("user")] public required PrincipalView Principal { get; init; }

    /// <summary>What it is for, at most 255 characters.</summary>
    [Id(2)] public string Description { get; init; } = "";

    /// <summary>Whether it counts.</summary>
    [Id(3), JsonPropertyName("enabled")] public required bool IsEnabled { get; init; }

    /// <summary>When it was made, UTC.</summary>
    [Id(4)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it no longer counts, UTC; null when it lasts.</summary>
    [Id(5)] public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whether it is temporary and goes with an <c>X-Security-Token</c>.</summary>
    [Id(6), JsonPropertyName("temporary")] public bool IsTemporary { get; init; }

    /// <summary>The access key that stands in its place; null unless it was rotated.</summary>
    [Id(7)] public string? RotatedTo { get; init; }
}
