namespace CommandBroker.Contracts;

/// <summary>One command to enqueue.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.EnqueueCall")]
public sealed record EnqueueCall
{
    /// <summary><c>command_name</c>, 1 to 255 characters.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary><c>command_param</c>: the text of one JSON object, kept and handed out as it is. Default <c>{}</c>.</summary>
    [Id(1)] public string Param { get; init; } = "{}";

    /// <summary>1 to 255 characters, unique for this command within its source server; null means that a repeated call adds a second command.</summary>
    [Id(3)] public string? IdempotencyKey { get; init; }

    /// <summary>Higher is handed out first; -100 to 100, default 0.</summary>
    [Id(4)] public int Priority { get; init; }

    /// <summary>The longest wait, more than zero, at most 3,650 days; null means <c>Queue:DefaultTimeToLive</c>.</summary>
    [Id(5)] public TimeSpan? TimeToLive { get; init; }

    /// <summary>Not handed out before this instant; null means at once.</summary>
    [Id(6)] public DateTimeOffset? NotBeforeAt { get; init; }

    /// <summary>Whether to end the never delivered commands of the same task in the same commit.</summary>
    [Id(7)] public bool SupersedesTask { get; init; }
}
