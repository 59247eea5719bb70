namespace CommandBroker.Storage.Verification;

/// <summary>One row of the directory, as the verification reads it.</summary>
internal sealed record WalkedSource
{
    public required long SourceNo { get; init; }

    public required string Key { get; init; }

    public required bool IsDeleted { get; init; }

    public required long SeqFloor { get; init; }

    public required long RemovedCount { get; init; }

    public required long SkippedCount { get; init; }

    public required string? QuarantineReason { get; init; }

    /// <summary>Below this number a load looks for redriven commands only; 1 in a store that finds open ones by an index.</summary>
    public required long OpenFrom { get; init; }

    /// <summary>Why the store itself could not read all of the rows; null when it could. Known after the last row only.</summary>
    public string? Damage { get; set; }
}
