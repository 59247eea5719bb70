namespace CommandBroker.Identity.Signatures;

/// <summary>When failures lock a key. Immutable; bounds are checked where the settings are read.</summary>
public sealed record KeyLockOptions
{
    /// <summary>Failures in a row that lock; default 5, the vendor's rule. At least 1.</summary>
    public int MaxFailureCount { get; init; } = 5;

    /// <summary>How long a lock holds; default 5 minutes, the vendor's rule.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The most pairs of key and address that are remembered; the one longest without a failure is forgotten first. Default 50,000, about 8 MB when full.</summary>
    public int MaxPairCount { get; init; } = 50_000;
}
