namespace CommandBroker.Client.Wire;

/// <summary>The body of <c>PUT /v3/sources/{server_id}</c>.</summary>
public sealed record RenameRequest
{
    /// <summary>The new name, 1 to 64 characters.</summary>
    public string? Name { get; init; }
}
