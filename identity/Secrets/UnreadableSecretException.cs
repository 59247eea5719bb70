namespace CommandBroker.Identity.Secrets;

/// <summary>A stored secret cannot be opened: its master key is not at hand, or its bytes are not what was stored for that id.</summary>
/// <param name="message">Says which, and never any of the secret.</param>
public sealed class UnreadableSecretException(string message) : Exception(message);
