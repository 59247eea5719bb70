namespace CommandBroker.Core;

/// <summary>The answer to a cancel or a redrive.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Command">The command as it is now; null when there is none.</param>
public readonly record struct ChangeOutcome(ChangeStatus Status, Command? Command);
