namespace CommandBroker.Silo.Clustering.Reach;

/// <summary>What a silo knows of its way to the database at one instant. All instants are measured by its own clock from a beginning of its own.</summary>
internal sealed record DatabaseReach
{
    private TimeSpan ReadAt { get; init; }

    private TimeSpan SilentSince { get; init; }

    private TimeSpan AnsweredSince { get; init; }

    /// <summary>How long it has waited for an answer. A time in which the silo itself stood still does not count: nothing could have reached it.</summary>
    public TimeSpan Silence => ReadAt - SilentSince;

    /// <summary>For how long it has had answers without a long pause; zero in a pause.</summary>
    public TimeSpan AnsweredFor => ReadAt - AnsweredSince;

    /// <summary>The first reading: nothing is known.</summary>
    public static DatabaseReach Begin(TimeSpan now) => new() { ReadAt = now, SilentSince = now, AnsweredSince = now };

    /// <summary>The next reading.</summary>
    /// <param name="now">The clock.</param>
    /// <param name="heardAt">The latest answer.</param>
    /// <param name="longestPause">A longer one between answers is a pause; a longer one between readings says that the silo stood still.</param>
    public DatabaseReach At(TimeSpan now, TimeSpan heardAt, TimeSpan longestPause)
    {
        bool stoodStill = now - ReadAt > longestPause;
        TimeSpan silentSince = stoodStill ? now : heardAt > SilentSince ? heardAt : SilentSince;
        bool isPaused = stoodStill || now - silentSince > longestPause;
        return new DatabaseReach { ReadAt = now, SilentSince = silentSince, AnsweredSince = isPaused ? now : AnsweredSince };
    }
}
