namespace CommandBroker.Core;

/// <summary>The answer to a report.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Stray">The report to keep beside the commands, in the same commit; null unless the status says that it is kept.</param>
public readonly record struct ReportOutcome(ReportStatus Status, StrayReport? Stray = null);
