namespace CommandBroker.Client;

/// <summary>How the clients of a host behave.</summary>
public sealed class CommandBrokerClientOptions
{
    /// <summary>Who the history says made the changes; default <c>client</c>. A host with callers of its own uses <see cref="ICommandBrokerClientFactory"/>.</summary>
    public string Principal { get; set; } = "client";

    /// <summary>The project whose source servers the clients see: 1 to 64 letters, digits, <c>-</c> and <c>_</c>; default the default project.</summary>
    public string ProjectId { get; set; } = Core.ProjectId.DefaultValue;

    /// <summary>How calls are repeated.</summary>
    public RetryOptions Retry { get; } = new();
}
