namespace CommandBroker.Simulation;

/// <summary>The clock of one schedule: stands still until the schedule moves it.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    private DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The instant.</summary>
    public DateTimeOffset Now => _now;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _now;

    /// <inheritdoc/>
    public override long GetTimestamp() => _now.UtcTicks;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Moves it.</summary>
    public void Advance(TimeSpan by) => _now += by;
}
