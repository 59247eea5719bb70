namespace CommandBroker.Client.Wire;

/// <summary>The answer to an agent's poll.</summary>
public sealed record AgentCommandRecord
{
    /// <summary>The command's name; the idle name when nothing is due.</summary>
    public required string CommandName { get; init; }

    /// <summary>Its parameters.</summary>
    public RawJson? CommandParam { get; init; }
}
