namespace CommandBroker.Traffic;

/// <summary>A poll that its agent left before it was answered.</summary>
/// <param name="Server">Its source server.</param>
/// <param name="At">When it left the agent, as the history has it.</param>
/// <param name="After">How long the agent waited.</param>
public sealed record HangUp(string Server, TimeSpan At, TimeSpan After);
