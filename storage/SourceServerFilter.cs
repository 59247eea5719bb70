using CommandBroker.Core;

namespace CommandBroker.Storage;

/// <summary>Which source servers to list.</summary>
/// <param name="ProjectId">The project; what other projects hold is not seen.</param>
/// <param name="Limit">The most to return, 1 to 1,000.</param>
/// <param name="Offset">How many to pass over.</param>
/// <param name="Quarantined">True: only the quarantined; false: only the others; null: all.</param>
/// <param name="NameContains">Only names that contain this text, whatever the case; null means all.</param>
public sealed record SourceServerFilter(ProjectId ProjectId, int Limit, long Offset = 0, bool? Quarantined = null, string? NameContains = null);
