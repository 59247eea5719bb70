namespace CommandBroker.History;

/// <summary>A broken promise.</summary>
/// <param name="Kind">Which promise.</param>
/// <param name="Server">The source server.</param>
/// <param name="Text">What was seen, as one sentence.</param>
public sealed record Violation(ViolationKind Kind, string Server, string Text);
