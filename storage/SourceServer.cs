using CommandBroker.Core;

namespace CommandBroker.Storage;

/// <summary>What is known of one source server.</summary>
public sealed record SourceServer
{
    /// <summary>Its project and its id.</summary>
    public required SourceServerKey Key { get; init; }

    /// <summary>Its name, 1 to 64 characters; need not be unique.</summary>
    public required string Name { get; init; }

    /// <summary><c>WINDOWS</c> or <c>LINUX</c>.</summary>
    public required string OsType { get; init; }

    /// <summary>The text of one JSON object: what the agent registered besides (ip, os_version, agent_version, networks …), given back as it came.</summary>
    public string Details { get; init; } = "{}";

    /// <summary>When it was registered, UTC.</summary>
    public required DateTimeOffset RegisteredAt { get; init; }

    /// <summary>When it last polled, to some seconds; null when never.</summary>
    public DateTimeOffset? LastVisitAt { get; init; }

    /// <summary>Why its commands cannot be read; null when they can, or nobody tried.</summary>
    public string? QuarantineReason { get; init; }
}
