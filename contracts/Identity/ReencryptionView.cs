namespace CommandBroker.Contracts.Identity;

/// <summary>How far the exchange of the master key is.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.ReencryptionView")]
public sealed record ReencryptionView
{
    /// <summary>The highest <see cref="RemainingCount"/>; so many or more remain.</summary>
    public const int MaxRemainingCount = 10_000;

    /// <summary>What the run is doing.</summary>
    [Id(0)] public required ReencryptionState State { get; init; }

    /// <summary>Secrets that the run has encrypted anew so far; that of the last run when none is under way.</summary>
    [Id(1)] public required int ReencryptedCount { get; init; }

    /// <summary>Secrets that still need another master key than the first one, counted up to <see cref="MaxRemainingCount"/>. The other keys can be taken away at 0.</summary>
    [Id(2)] public required int RemainingCount { get; init; }

    /// <summary>Why the run failed; null unless it did.</summary>
    [Id(3)] public string? Failure { get; init; }
}
