namespace CommandBroker.Traffic;

/// <summary>Who calls, how often, and what is random.</summary>
public sealed record TrafficOptions
{
    /// <summary>Where the clients' random choices come from.</summary>
    public required int Seed { get; init; }

    /// <summary>What the ids of the source servers begin with.</summary>
    public required string ServerPrefix { get; init; }

    /// <summary>Source servers under traffic. Few, so that each queue is always busy when a fault comes.</summary>
    public int ServerCount { get; init; } = 24;

    /// <summary>Agents; each serves its own source servers, one poll at a time.</summary>
    public int AgentCount { get; init; } = 8;

    /// <summary>Management tools that enqueue.</summary>
    public int EnqueuerCount { get; init; } = 8;

    /// <summary>The visibility timeout the broker runs with. Short, so that redeliveries happen within a run.</summary>
    public TimeSpan VisibilityTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long an agent rests when no source server of its had a command.</summary>
    public TimeSpan IdlePause { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How long an enqueuer rests between two commands, on average.</summary>
    public TimeSpan EnqueuePause { get; init; } = TimeSpan.Zero;

    /// <summary>The longest rest after a call whose outcome is unknown.</summary>
    public TimeSpan MaxRetryPause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Commands that may wait before enqueuers do: enough to keep every agent busy, few enough to be drained in seconds.</summary>
    public int MaxWaitingCount { get; init; } = 400;
}
