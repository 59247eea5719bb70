namespace CommandBroker.Fuzz;

/// <summary>A rule that a target checks by itself is broken.</summary>
internal sealed class FuzzException(string message) : Exception(message);
