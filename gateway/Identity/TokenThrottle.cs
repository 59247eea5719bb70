using CommandBroker.Identity.Signatures;

namespace CommandBroker.Gateway.Identity;

/// <summary>
/// Counts by address tokens and signatures that turned out to be nobody's, since each costs a check or a question, and lets an address wait that sends too
/// many of them. Credentials that are remembered, and right, are not counted and not stopped.
/// </summary>
/// <remarks>Bounded by forgetting: whoever has very many addresses can make counters start anew. Each gateway counts for itself. Safe for concurrent use.</remarks>
internal sealed class TokenThrottle(IOptions<AdmissionOptions> options)
{
    private const int MaxAddressCount = 50_000;

    private readonly int _perMinute = options.Value.MaxTokenFailuresPerMinute;
    private readonly BoundedMap<ClientAddress, RefillingBucket> _buckets = new(MaxAddressCount);

    /// <summary>How many addresses are remembered.</summary>
    public int Count => _buckets.Count;

    /// <summary>Whether an address has to wait.</summary>
    /// <param name="address">Where the credential comes from.</param>
    /// <param name="now">The server's clock.</param>
    /// <param name="wait">How long, when it has to.</param>
    public bool MustWait(ClientAddress address, DateTimeOffset now, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        return _buckets.TryGet(address, out RefillingBucket? bucket) && (wait = bucket.WaitOf(now)) > TimeSpan.Zero;
    }

    /// <summary>Notes that a credential from an address was nobody's.</summary>
    public void NoteFailure(ClientAddress address, DateTimeOffset now) =>
        _buckets.GetOrAdd(address, () => new RefillingBucket(_perMinute, TimeSpan.FromMinutes(1) / _perMinute)).Take(now);

    /// <summary>What an address is told that has to wait.</summary>
    public static Refusal Refuse(TimeSpan wait) => new(AdmissionRule.TokenThrottled) { Wait = wait };
}
