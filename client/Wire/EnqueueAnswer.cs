namespace CommandBroker.Client.Wire;

/// <summary>The answer to <c>POST /api/v1/sources/{server_id}/commands</c>: 201, or 200 when it was there.</summary>
public sealed record EnqueueAnswer
{
    /// <summary>The command's number, decimal.</summary>
    public required string CommandId { get; init; }

    /// <summary>The source server.</summary>
    public required string ServerId { get; init; }

    /// <summary>Whether an earlier enqueue with the same key and body had added it.</summary>
    public required bool WasThere { get; init; }
}
