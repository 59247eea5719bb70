namespace CommandBroker.Core;

/// <summary>The answer to a release.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Stray">The report that had ended a command which was never sent, to be kept beside the commands in the same commit; else null.</param>
public readonly record struct ReleaseOutcome(ReleaseStatus Status, StrayReport? Stray = null);
