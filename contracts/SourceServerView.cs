namespace CommandBroker.Contracts;

/// <summary>One source server as tools see it.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.SourceServerView")]
public sealed record SourceServerView
{
    /// <summary>Its id.</summary>
    [Id(0)] public required string ServerId { get; init; }

    /// <summary>Its name, 1 to 64 characters.</summary>
    [Id(1)] public required string Name { get; init; }

    /// <summary><c>WINDOWS</c> or <c>LINUX</c>.</summary>
    [Id(2)] public required string OsType { get; init; }

    /// <summary>The text of one JSON object: what the agent registered besides (ip, os_version, agent_version, networks …).</summary>
    [Id(3)] public string Details { get; init; } = "{}";

    /// <summary>When it was registered, UTC.</summary>
    [Id(4)] public required DateTimeOffset RegisteredAt { get; init; }

    /// <summary>When it last polled, to <c>Sources:VisitPrecision</c>; null when never.</summary>
    [Id(5)] public DateTimeOffset? LastVisitAt { get; init; }

    /// <summary>Whether it polled within <c>Sources:ConnectedTimeout</c>.</summary>
    [Id(6)] public bool Connected { get; init; }

    /// <summary>Why its commands cannot be read; null when they can, or nobody tried.</summary>
    [Id(7)] public string? QuarantineReason { get; init; }
}
