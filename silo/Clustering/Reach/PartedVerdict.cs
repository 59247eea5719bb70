namespace CommandBroker.Silo.Clustering.Reach;

/// <summary>Decides whether a silo is the one that is cut off from the database.</summary>
internal static class PartedVerdict
{
    /// <summary>
    /// Whether others must be asked: the database owes this silo an answer for the timeout.
    /// </summary>
    public static bool IsInDoubt(DatabaseReach own, TimeSpan timeout) => own.Silence >= timeout;

    /// <summary>
    /// Whether one other silo's answer proves it: that silo has had answers all the time for as long, by this silo's own measure of a pause. One that has its first answers again
    /// after an outage proves nothing, because the next may be this silo's.
    /// </summary>
    /// <param name="own">What this silo knows.</param>
    /// <param name="answeredFor">The other's <see cref="ReachReader.AnsweredFor"/>; null when it did not say.</param>
    /// <param name="timeout">See <see cref="ClusteringOptions.DatabaseSilenceTimeout"/>.</param>
    public static bool IsProvenBy(TimeSpan? answeredFor, DatabaseReach own, TimeSpan timeout) => IsInDoubt(own, timeout) && answeredFor >= timeout;
}
