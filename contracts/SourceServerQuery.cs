namespace CommandBroker.Contracts;

/// <summary>Which source servers to list.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.SourceServerQuery")]
public sealed record SourceServerQuery
{
    /// <summary>The most to return, 1 to 1,000; default 100.</summary>
    [Id(0)] public int Limit { get; init; } = 100;

    /// <summary>How many to pass over; default 0.</summary>
    [Id(1)] public long Offset { get; init; }

    /// <summary>True: only the quarantined; false: only the others; null, the default: all.</summary>
    [Id(2)] public bool? Quarantined { get; init; }

    /// <summary>Only names that contain this text, whatever the case; null means all.</summary>
    [Id(3)] public string? NameContains { get; init; }

    /// <summary>The project; null means the default project, as callers mean it that know of none. The clients set it.</summary>
    [Id(4)] public string? ProjectId { get; init; }

    /// <summary>Only the source server of this id; null means all.</summary>
    [Id(5)] public string? ServerId { get; init; }

    /// <summary>True: only those that are <see cref="SourceServerView.Connected"/>; false: only the others; null, the default: all.</summary>
    [Id(6)] public bool? Connected { get; init; }

    /// <summary>
    /// The text of one JSON object whose members are strings, as <c>{"ip":"10.0.0.7"}</c>: only source servers whose details have each
    /// of them. Null means all.
    /// </summary>
    [Id(7)] public string? Members { get; init; }
}
