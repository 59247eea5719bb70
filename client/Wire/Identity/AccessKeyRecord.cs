using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client.Wire.Identity;

/// <summary>An access key in answers of <c>/api/v1/keys</c>, without its secret.</summary>
public sealed record AccessKeyRecord
{
    /// <inheritdoc cref="AccessKeyView.AccessKey"/>
    public required string AccessKey { get; init; }

    /// <summary>Whose it is.</summary>
    public required UserRecord User { get; init; }

    /// <inheritdoc cref="AccessKeyView.Description"/>
    public string Description { get; init; } = "";

    /// <inheritdoc cref="AccessKeyView.IsEnabled"/>
    public required bool Enabled { get; init; }

    /// <inheritdoc cref="AccessKeyView.CreatedAt"/>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it no longer counts; absent when it lasts.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <inheritdoc cref="AccessKeyView.IsTemporary"/>
    public bool Temporary { get; init; }

    /// <summary>The access key that stands in its place; absent unless it was rotated.</summary>
    public string? RotatedTo { get; init; }
}
