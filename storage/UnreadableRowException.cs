namespace CommandBroker.Storage;

/// <summary>A stored row is truncated, damaged, or of a version that this release does not know.</summary>
/// <param name="message">Says which source server and command, what was found, and what is understood.</param>
public sealed class UnreadableRowException(string message) : Exception(message);
