namespace CommandBroker.Contracts;

/// <summary>A source server to register, or to register again.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.RegisterCall")]
public sealed record RegisterCall
{
    /// <summary>Its id; null asks the broker for a new UUID.</summary>
    [Id(0)] public string? ServerId { get; init; }

    /// <summary>Its name, 1 to 64 characters.</summary>
    [Id(1)] public required string Name { get; init; }

    /// <summary><c>WINDOWS</c> or <c>LINUX</c>.</summary>
    [Id(2)] public required string OsType { get; init; }

    /// <summary>The text of one JSON object with everything else the agent sent; at most 64 KiB.</summary>
    [Id(3)] public string Details { get; init; } = "{}";

    /// <summary>The project it belongs to; null means the default project, as callers mean it that know of none.</summary>
    [Id(4)] public string? ProjectId { get; init; }

    /// <summary>Who registers it, for the audit; null when not known.</summary>
    [Id(5)] public string? Actor { get; init; }
}
