namespace CommandBroker.History;

/// <summary>A command as it was read back after every writer had stopped.</summary>
public sealed record FinalCommand
{
    /// <summary>Its source server.</summary>
    public required string Server { get; init; }

    /// <summary>Its number.</summary>
    public required long CommandId { get; init; }

    /// <summary>Its idempotency key; null when it was enqueued without one.</summary>
    public string? Key { get; init; }

    /// <summary>The digest of its <c>command_param</c>.</summary>
    public required string Hash { get; init; }

    /// <summary>Its state, in the words of the management API.</summary>
    public required string State { get; init; }

    /// <summary>How often it was handed out.</summary>
    public required int DeliveryCount { get; init; }

    /// <summary>The result that was accepted: <c>success</c> or <c>fail</c>; null when none was.</summary>
    public string? Result { get; init; }

    /// <summary>Whether it is still to be worked on.</summary>
    public bool IsOpen => State is "pending" or "leased";
}
