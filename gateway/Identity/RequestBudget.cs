namespace CommandBroker.Gateway.Identity;

/// <summary>
/// How many requests a project may make in a second: a bucket that holds one second's worth and fills evenly. One number moves, so it takes no
/// lock. It counts in each gateway for itself.
/// </summary>
internal sealed class RequestBudget(int perSecond)
{
    private readonly long _interval = Math.Max(1, TimeSpan.TicksPerSecond / perSecond);
    private long _emptyUntil;

    /// <summary>Requests a second.</summary>
    public int PerSecond { get; } = perSecond;

    /// <summary>Takes one.</summary>
    /// <param name="now">The server's clock.</param>
    /// <param name="wait">How long to wait for the next when the answer is false.</param>
    public bool TryTake(DateTimeOffset now, out TimeSpan wait)
    {
        long ticks = now.UtcTicks;
        while (true)
        {
            long emptyUntil = Volatile.Read(ref _emptyUntil);

            // A clock that was set back would otherwise lock the project out until the old time comes again.
            long start = emptyUntil < ticks || emptyUntil - ticks > 2 * TimeSpan.TicksPerSecond ? ticks : emptyUntil;
            long excess = start + _interval - ticks - TimeSpan.TicksPerSecond;
            if (excess > 0)
            {
                wait = TimeSpan.FromTicks(excess);
                return false;
            }

            if (Interlocked.CompareExchange(ref _emptyUntil, start + _interval, emptyUntil) == emptyUntil)
            {
                wait = TimeSpan.Zero;
                return true;
            }
        }
    }
}
