namespace CommandBroker.Client.Wire;

/// <summary>The body of <c>POST …/commands/{command_id}/cancel</c>.</summary>
public sealed record CancelRequest
{
    /// <summary>Why, for the history; absent when nobody said.</summary>
    public string? Reason { get; init; }
}
