using CommandBroker.Chaos.Faults;

namespace CommandBroker.Chaos;

/// <summary>What one run showed; a line of <c>results/runs.jsonl</c>.</summary>
internal sealed record RunResult
{
    /// <summary>When it began.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary><c>fault</c>, <c>together</c>, <c>mixed</c> or <c>reduced</c>.</summary>
    public required string Mode { get; init; }

    /// <summary>Where the random choices came from.</summary>
    public required int Seed { get; init; }

    /// <summary>How long traffic ran.</summary>
    public required TimeSpan Length { get; init; }

    /// <summary>The faults.</summary>
    public required IReadOnlyList<FaultOutcome> Faults { get; init; }

    /// <summary>Enqueues, deliveries and reports that were acknowledged.</summary>
    public required int Acknowledged { get; init; }

    /// <summary>Different commands among them.</summary>
    public required int Commands { get; init; }

    /// <summary>Deliveries that were not the command's first.</summary>
    public required int Redeliveries { get; init; }

    /// <summary>Acknowledged and lost, reports among them.</summary>
    public required int Lost { get; init; }

    /// <summary>Invented, changed, or one key for two commands.</summary>
    public required int Invented { get; init; }

    /// <summary>Numbers or first deliveries out of order.</summary>
    public required int OutOfOrder { get; init; }

    /// <summary>Commands with more than one accepted result.</summary>
    public required int DoublyEnded { get; init; }

    /// <summary>Every other broken promise.</summary>
    public required int Other { get; init; }

    /// <summary>Calls with an unknown outcome.</summary>
    public required int Unknown { get; init; }

    /// <summary>Those among them that were not 503 with the time to wait.</summary>
    public required int Impolite { get; init; }

    /// <summary>The longest time for which a source server was not answered before the first fault.</summary>
    public required TimeSpan GapBefore { get; init; }

    /// <summary>The same while and until a fault was over.</summary>
    public required TimeSpan GapDuring { get; init; }

    /// <summary>The same between and after the faults.</summary>
    public required TimeSpan GapAfter { get; init; }

    /// <summary>How often processes ended by themselves and were started again.</summary>
    public required int SelfEnds { get; init; }

    /// <summary>Why it failed or is void; empty when it passed.</summary>
    public required IReadOnlyList<string> Complaints { get; init; }

    /// <summary>A run that could not be brought to its end.</summary>
    public static RunResult Broken(string mode, int seed, IReadOnlyList<FaultKind> kinds, string why) => new()
    {
        At = TimeProvider.System.GetUtcNow(),
        Mode = mode,
        Seed = seed,
        Length = default,
        Faults = [.. kinds.Select(kind => new FaultOutcome { Number = kind.Number, Proof = null, InjectedAt = default, MendedAt = default, HealedAt = default })],
        Acknowledged = 0,
        Commands = 0,
        Redeliveries = 0,
        Lost = 0,
        Invented = 0,
        OutOfOrder = 0,
        DoublyEnded = 0,
        Other = 0,
        Unknown = 0,
        Impolite = 0,
        GapBefore = default,
        GapDuring = default,
        GapAfter = default,
        SelfEnds = 0,
        Complaints = [$"Not brought to its end: {why}"],
    };
}
