namespace CommandBroker.Silo.Clustering.Reach;

/// <inheritdoc/>
internal sealed class PartedEnd(ILoggerFactory loggers) : IPartedEnd
{
    /// <inheritdoc/>
    /// <value>75, which sysexits.h calls a temporary failure.</value>
    public int ExitCode => 75;

    public void End()
    {
        // Writes what still waits for the console: the reason is the last line.
        loggers.Dispose();
        Environment.Exit(ExitCode);
    }
}
