namespace CommandBroker.Gateway.Identity;

/// <summary>
/// Holds so many attempts and refills evenly, by the clock that its callers hand in. One number moves, so it takes no lock.
/// </summary>
/// <remarks>
/// The platform's <c>TokenBucketRateLimiter</c> goes by the machine's own clock and cannot give an attempt back, and its partitions are not bounded in number.
/// </remarks>
/// <param name="capacity">The attempts that a full one holds; at least 1.</param>
/// <param name="interval">How long until one more is there.</param>
internal sealed class RefillingBucket(int capacity, TimeSpan interval)
{
    private readonly long _interval = Math.Max(1, interval.Ticks);
    private readonly long _depth = capacity * Math.Max(1, interval.Ticks);
    private long _fullAt;

    /// <summary>The attempts that a full one holds.</summary>
    public int Capacity { get; } = capacity;

    /// <summary>How long until there is one; zero when there is.</summary>
    public TimeSpan WaitOf(DateTimeOffset now)
    {
        long excess = Excess(From(Volatile.Read(ref _fullAt), now.UtcTicks), now.UtcTicks);
        return excess > 0 ? TimeSpan.FromTicks(excess) : TimeSpan.Zero;
    }

    /// <summary>Takes one.</summary>
    /// <param name="now">The server's clock.</param>
    /// <param name="wait">How long to wait for the next when the answer is false.</param>
    public bool TryTake(DateTimeOffset now, out TimeSpan wait)
    {
        long ticks = now.UtcTicks;
        while (true)
        {
            long fullAt = Volatile.Read(ref _fullAt), start = From(fullAt, ticks), excess = Excess(start, ticks);
            wait = excess > 0 ? TimeSpan.FromTicks(excess) : TimeSpan.Zero;
            if (excess > 0)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _fullAt, start + _interval, fullAt) == fullAt)
            {
                return true;
            }
        }
    }

    /// <summary>Takes one, whether there is one or not; those beyond, which were under way together, do not prolong the wait.</summary>
    public void Take(DateTimeOffset now)
    {
        long ticks = now.UtcTicks;
        while (true)
        {
            long fullAt = Volatile.Read(ref _fullAt), next = Math.Min(From(fullAt, ticks) + _interval, ticks + _depth);
            if (Interlocked.CompareExchange(ref _fullAt, next, fullAt) == fullAt)
            {
                return;
            }
        }
    }

    /// <summary>Gives back one that was taken.</summary>
    public void GiveBack() => Interlocked.Add(ref _fullAt, -_interval);

    private long Excess(long start, long now) => start + _interval - now - _depth;

    // A clock that was set back must not lock anybody out until the old time comes again.
    private long From(long fullAt, long now) => fullAt < now || fullAt > now + _depth + _interval ? now : fullAt;
}
