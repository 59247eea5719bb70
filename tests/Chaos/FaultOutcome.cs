namespace CommandBroker.Chaos;

/// <summary>One fault as it went. Instants are those of the history.</summary>
internal sealed record FaultOutcome
{
    /// <summary>Its number in the catalogue.</summary>
    public required int Number { get; init; }

    /// <summary>What proves that it fired; null when nothing does.</summary>
    public string? Proof { get; init; }

    /// <summary>When it began.</summary>
    public required TimeSpan InjectedAt { get; init; }

    /// <summary>When its mending began.</summary>
    public required TimeSpan MendedAt { get; init; }

    /// <summary>When it was mended, and everything that had been stopped was ready again.</summary>
    public required TimeSpan HealedAt { get; init; }

    /// <summary>The longest time for which a source server was not answered, of those times that touch the fault.</summary>
    public TimeSpan LongestGap { get; init; }

    /// <summary>From the beginning of its mending until every source server was answered; null when that did not happen.</summary>
    public TimeSpan? ServedAfter { get; init; }
}
