using CommandBroker.Core;

namespace CommandBroker.Storage;

/// <summary>Which source servers to list.</summary>
/// <param name="ProjectId">The project; what other projects hold is not seen.</param>
/// <param name="Limit">The most to return, 1 to 1,000.</param>
/// <param name="Offset">How many to pass over.</param>
/// <param name="Quarantined">True: only the quarantined; false: only the others; null: all.</param>
/// <param name="NameContains">Only names that contain this text, whatever the case; null means all.</param>
public sealed record SourceServerFilter(ProjectId ProjectId, int Limit, long Offset = 0, bool? Quarantined = null, string? NameContains = null)
{
    /// <summary>Only this source server, which must be of the project; null means all.</summary>
    public SourceServerKey? Key { get; init; }

    /// <summary>With <see cref="VisitedSince"/>: true: only those that polled since then; false: only the others. Null: all.</summary>
    public bool? Visited { get; init; }

    /// <summary>The instant for <see cref="Visited"/>.</summary>
    public DateTimeOffset VisitedSince { get; init; }

    /// <summary>The text of one JSON object of strings: only source servers whose details have each of its members. Null means all.</summary>
    public string? Members { get; init; }
}
