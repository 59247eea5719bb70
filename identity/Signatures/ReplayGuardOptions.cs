namespace CommandBroker.Identity.Signatures;

/// <summary>How much a <see cref="ReplayGuard"/> remembers. Immutable; bounds are checked where the settings are read.</summary>
public sealed record ReplayGuardOptions
{
    /// <summary>
    /// The most signatures that are remembered; the oldest is forgotten first. Default 1,000,000: enough for 1,100 signed POSTs a second over the
    /// 15 minutes a signature is good for, and about 80 MB when full.
    /// </summary>
    public int MaxSignatureCount { get; init; } = 1_000_000;
}
