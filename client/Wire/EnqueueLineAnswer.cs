namespace CommandBroker.Client.Wire;

/// <summary>One line of the answer to <c>POST /api/v1/commands</c>; there is one for each line that was sent, in the same order.</summary>
public sealed record EnqueueLineAnswer
{
    /// <summary>The line that is answered, from 1; empty lines count and have no answer.</summary>
    public required long Line { get; init; }

    /// <summary>The source server; absent when the line could not be read.</summary>
    public string? ServerId { get; init; }

    /// <summary>The command's number, decimal; absent when there is an error.</summary>
    public string? CommandId { get; init; }

    /// <summary>Whether an earlier enqueue with the same key and body had added it; absent when there is an error.</summary>
    public bool? WasThere { get; init; }

    /// <summary>Why the line was refused; absent when it was not.</summary>
    public ErrorRecord? Error { get; init; }
}
