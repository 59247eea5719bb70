namespace CommandBroker.History;

/// <summary>What the checker found.</summary>
public sealed record CheckReport
{
    /// <summary>Writes that the broker acknowledged: enqueues, deliveries, reports.</summary>
    public required int AcknowledgedCount { get; init; }

    /// <summary>Different commands whose enqueue was acknowledged.</summary>
    public required int EnqueuedCount { get; init; }

    /// <summary>Calls whose outcome is unknown.</summary>
    public required int UnknownCount { get; init; }

    /// <summary>Those among them that were not a refusal with the time to wait: other 5xx, timeouts, broken connections.</summary>
    public required int ImpoliteCount { get; init; }

    /// <summary>Commands that are there although their enqueue was never acknowledged.</summary>
    public required int RecoveredCount { get; init; }

    /// <summary>Polls that handed out a command.</summary>
    public required int DeliveryCount { get; init; }

    /// <summary>Those among them that were not the command's first.</summary>
    public required int RedeliveryCount { get; init; }

    /// <summary>Kills that hit a living process.</summary>
    public required int KillCount { get; init; }

    /// <summary>The longest time in which nothing was answered.</summary>
    public required TimeSpan LongestGap { get; init; }

    /// <summary>Every broken promise.</summary>
    public required IReadOnlyList<Violation> Violations { get; init; }

    /// <summary>Why the run proves nothing; empty when it counts.</summary>
    public required IReadOnlyList<string> VoidReasons { get; init; }

    /// <summary>Whether every promise was kept in a run that counts.</summary>
    public bool Passed => Violations.Count == 0 && VoidReasons.Count == 0;

    /// <summary>How often one promise was broken.</summary>
    public int Count(ViolationKind kind) => Violations.Count(violation => violation.Kind == kind);
}
