using CommandBroker.Storage;

namespace CommandBroker.Silo.Clustering.Reach;

/// <summary>Reads what this silo knows of its way to the database. Any number may read at one time.</summary>
internal sealed class ReachReader(DatabasePulse pulse, ReachTimes times, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly long _startedAt = clock.GetTimestamp();
    private DatabaseReach _reach = DatabaseReach.Begin(TimeSpan.Zero);

    /// <summary>What is known now.</summary>
    public DatabaseReach Read()
    {
        lock (_gate)
        {
            TimeSpan now = clock.GetElapsedTime(_startedAt);
            return _reach = _reach.At(now, now - pulse.Silence, times.LongestPause);
        }
    }

    /// <summary>For how long there have been answers without a pause, for a silo to which a pause may be something else than to this one.</summary>
    /// <param name="longestPause">What that silo still takes for no pause.</param>
    /// <returns>Zero also where this silo would not have noticed such a pause, because its own timeout is longer: it cannot tell then.</returns>
    public TimeSpan AnsweredFor(TimeSpan longestPause)
    {
        DatabaseReach own = Read();
        return times.LongestPause <= longestPause ? own.AnsweredFor : TimeSpan.Zero;
    }
}
