namespace CommandBroker.Client;

/// <summary>How the clients of a host behave.</summary>
public sealed class CommandBrokerClientOptions
{
    /// <summary>Who the history says made the changes; default <c>client</c>. A host with callers of its own uses <see cref="ICommandBrokerClientFactory"/>.</summary>
    public string Principal { get; set; } = "client";

    /// <summary>How calls are repeated.</summary>
    public RetryOptions Retry { get; } = new();
}
