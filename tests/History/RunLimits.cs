namespace CommandBroker.History;

/// <summary>What the broker was told, and what makes a run worth something.</summary>
public sealed record RunLimits
{
    /// <summary>The visibility timeout the broker ran with.</summary>
    public required TimeSpan VisibilityTimeout { get; init; }

    /// <summary>The most deliveries of one command.</summary>
    public required int MaxDeliveries { get; init; }

    /// <summary>The fewest acknowledged calls of a run that counts.</summary>
    public int MinAcknowledgedCount { get; init; } = 1;

    /// <summary>How many kills must have hit a living process.</summary>
    public int MinKillCount { get; init; }

    /// <summary>How many faults must have provably fired.</summary>
    public int MinFaultCount { get; init; }

    /// <summary>When the run had set a clock of the broker wrong. A lease of such a time may end early by true time, and is not judged.</summary>
    public IReadOnlyList<(TimeSpan From, TimeSpan To)> WrongClocks { get; init; } = [];

    /// <summary>The fewest source servers for which two brokers each acknowledged a write; 0 when there is one broker.</summary>
    public int MinSharedServerCount { get; init; }
}
