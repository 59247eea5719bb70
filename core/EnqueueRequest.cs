namespace CommandBroker.Core;

/// <summary>One command to enqueue.</summary>
public sealed record EnqueueRequest
{
    /// <inheritdoc cref="Command.Name"/>
    public required string Name { get; init; }

    /// <inheritdoc cref="Command.Param"/>
    public required string Param { get; init; }

    /// <inheritdoc cref="Command.TaskId"/>
    public string? TaskId { get; init; }

    /// <inheritdoc cref="Command.Priority"/>
    public int Priority { get; init; }

    /// <inheritdoc cref="Command.NotBeforeAt"/>
    public DateTimeOffset? NotBeforeAt { get; init; }

    /// <inheritdoc cref="Command.TimeToLive"/>
    public TimeSpan? TimeToLive { get; init; }

    /// <inheritdoc cref="Command.IdempotencyKey"/>
    public string? IdempotencyKey { get; init; }

    /// <inheritdoc cref="Command.SupersedesTask"/>
    public bool SupersedesTask { get; init; }

    /// <summary>The principal that enqueues.</summary>
    public required string Actor { get; init; }
}
