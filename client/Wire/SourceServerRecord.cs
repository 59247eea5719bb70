using System.Text.Json;
using System.Text.Json.Serialization;

namespace CommandBroker.Client.Wire;

/// <summary>One source server in answers of <c>/v3/sources</c>.</summary>
public sealed record SourceServerRecord
{
    /// <summary>The <see cref="State"/> of a source server whose commands cannot be read.</summary>
    public const string ErrorState = "error";

    /// <summary>The <see cref="State"/> of every other source server.</summary>
    public const string WaitingState = "waiting";

    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary><c>WINDOWS</c> or <c>LINUX</c>.</summary>
    public required string OsType { get; init; }

    /// <summary><see cref="ErrorState"/> or <see cref="WaitingState"/>.</summary>
    public required string State { get; init; }

    /// <summary>Why it is quarantined; absent when it is not.</summary>
    public string? ErrorMsg { get; init; }

    /// <summary>Whether it polled lately.</summary>
    public required bool Connected { get; init; }

    /// <summary>When it last polled, in milliseconds since 1970 UTC; absent when never.</summary>
    public long? LastVisitTime { get; init; }

    /// <summary>When it was registered, in milliseconds since 1970 UTC.</summary>
    public long? RegisterTime { get; init; }

    /// <summary>The same as <see cref="RegisterTime"/>, by the vendor's name.</summary>
    public long? AddDate { get; init; }

    /// <summary>What the agent registered besides: ip, os_version, agent_version, networks …</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Details { get; set; } // the source generator cannot fill such a member through init
}
