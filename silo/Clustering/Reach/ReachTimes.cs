namespace CommandBroker.Silo.Clustering.Reach;

/// <summary>The times of the watch over the way to the database, as they follow from one setting.</summary>
/// <param name="SilenceTimeout">See <see cref="ClusteringOptions.DatabaseSilenceTimeout"/>.</param>
internal sealed record ReachTimes(TimeSpan SilenceTimeout)
{
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(1);

    /// <summary>A longer time between two answers is a pause. A question gets half of the timeout, so that what ends a silo is never one answer that was lost.</summary>
    public TimeSpan LongestPause => SilenceTimeout / 2;

    /// <summary>How long another silo has for its answer, which it has in memory. With a reading more it is shorter than a pause, or this silo would seem to have stood still.</summary>
    public TimeSpan PeerTimeout => AtMostLongest(SilenceTimeout / 3);

    /// <summary>How often the database is asked in quiet times.</summary>
    public TimeSpan ProbeInterval => AtMostLongest(SilenceTimeout / 6);

    /// <summary>How often the answers are looked at. It costs nothing, and each part of a second that is lost between two is one that source servers wait.</summary>
    public TimeSpan ReadingInterval => AtMostLongest(SilenceTimeout / 12);

    private static TimeSpan AtMostLongest(TimeSpan share) => share < LongestInterval ? share : LongestInterval;
}
