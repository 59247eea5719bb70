namespace CommandBroker.Storage.Batching;

/// <summary>
/// How many queues one read takes. A silo that starts may be asked for hundreds of full queues at once: read together they would outlast every
/// deadline, and be asked for again.
/// </summary>
internal sealed class ReadPace
{
    /// <summary>The most queues in one read.</summary>
    public const int MostCount = 512;

    /// <summary>What one read should hold at most, in bytes: what a batch of commits may hold.</summary>
    public static readonly long MostBytes = BatchSize.Most.Bytes;

    // So few that full ones are no harm, and so many that a fleet of empty ones is read in a few round trips.
    private const int FirstCount = 32;

    private int _count = FirstCount;

    /// <summary>How many the next read takes, 1 to <see cref="MostCount"/>.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Notes what a read of so many held: the next one takes as many as fit if they are alike, at most twice as many.</summary>
    public void Read(int count, long bytes)
    {
        long fitting = bytes == 0 ? MostCount : MostBytes * count / bytes;
        long next = fitting < count || count >= Count ? Math.Min(fitting, 2L * count) : Count;
        Volatile.Write(ref _count, (int)Math.Clamp(next, 1, MostCount));
    }

    /// <summary>Notes that a read of so many came to no end: the next one takes half.</summary>
    public void Failed(int count) => Volatile.Write(ref _count, Math.Max(1, count / 2));
}
