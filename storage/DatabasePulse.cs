namespace CommandBroker.Storage;

/// <summary>When the database last answered this process, by whatever it was asked. Noting an answer costs one write to memory.</summary>
/// <param name="clock">The clock.</param>
public sealed class DatabasePulse(TimeProvider clock)
{
    private long _heardAt = clock.GetTimestamp();

    /// <summary>How long ago that was; before the first answer, how long ago this was made.</summary>
    public TimeSpan Silence => clock.GetElapsedTime(Interlocked.Read(ref _heardAt));

    /// <summary>Notes an answer. A refusal is one as well: what refuses can be reached.</summary>
    public void Heard() => Interlocked.Exchange(ref _heardAt, clock.GetTimestamp());
}
