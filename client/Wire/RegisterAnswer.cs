namespace CommandBroker.Client.Wire;

/// <summary>The answer to <c>POST /v3/sources</c>.</summary>
public sealed record RegisterAnswer
{
    /// <summary>The id of the source server.</summary>
    public required string Id { get; init; }
}
