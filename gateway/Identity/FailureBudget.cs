namespace CommandBroker.Gateway.Identity;

/// <summary>How many failures one address may still have: a bucket that holds a minute's worth and fills evenly. One number moves, so it takes no lock.</summary>
internal sealed class FailureBudget(int perMinute)
{
    private const long Minute = TimeSpan.TicksPerMinute;

    private readonly long _interval = Math.Max(1, Minute / perMinute);
    private long _emptyUntil;

    /// <summary>How long until there is room for another; zero when there is.</summary>
    public TimeSpan WaitOf(DateTimeOffset now)
    {
        long excess = From(Volatile.Read(ref _emptyUntil), now.UtcTicks) + _interval - now.UtcTicks - Minute;
        return excess > 0 ? TimeSpan.FromTicks(excess) : TimeSpan.Zero;
    }

    /// <summary>Notes a failure. Those beyond the budget, which were under way together, do not prolong the wait.</summary>
    public void Take(DateTimeOffset now)
    {
        long ticks = now.UtcTicks;
        while (true)
        {
            long emptyUntil = Volatile.Read(ref _emptyUntil);
            long next = Math.Min(From(emptyUntil, ticks) + _interval, ticks + Minute);
            if (Interlocked.CompareExchange(ref _emptyUntil, next, emptyUntil) == emptyUntil)
            {
                return;
            }
        }
    }

    // A clock that was set back must not lock the address out until the old time comes again.
    private static long From(long emptyUntil, long now) => emptyUntil < now || emptyUntil > now + (2 * Minute) ? now : emptyUntil;
}
