namespace CommandBroker.Silo;

/// <summary>What the host logs.</summary>
internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Warning, "The start waits for {What}: {Reason}", EventName = "StartWaited")]
    public static partial void StillWaiting(this ILogger logger, string what, string reason);

    [LoggerMessage(3002, LogLevel.Warning, "Silo {Silo} is listed as {Status} but {Why}; it was declared dead so that this one can join", EventName = "DeadSiloSwept")]
    public static partial void DeadSiloSwept(this ILogger logger, string silo, string status, string why);

    [LoggerMessage(3003, LogLevel.Warning, "The list of silos could not be read; it is tried again", EventName = "SweepFailed")]
    public static partial void SweepFailed(this ILogger logger, Exception exception);

    [LoggerMessage(3004, LogLevel.Critical, "The database has not answered this silo for {Silence}, while silo {Witness} was answered all the time: this silo is cut off from it, and ends with exit code {ExitCode} so that others serve its source servers. It is to be started again, and waits for the database then. Cluster:DatabaseSilenceTimeout is {Timeout}.", EventName = "SiloParted")]
    public static partial void SiloParted(this ILogger logger, TimeSpan silence, string witness, int exitCode, TimeSpan timeout);

    [LoggerMessage(3005, LogLevel.Warning, "Silo {Silo} cannot reach the database and ends; it is being declared dead", EventName = "PartedSiloReported")]
    public static partial void PartedSiloReported(this ILogger logger, string silo);

    [LoggerMessage(3006, LogLevel.Warning, "Silo {Silo} cannot reach the database and ends; it could not be declared dead at once, and probes will find it", EventName = "PartedSiloNotDeclaredDead")]
    public static partial void PartedSiloNotDeclaredDead(this ILogger logger, Exception exception, string silo);

    [LoggerMessage(3007, LogLevel.Warning, "The watch over the way to the database failed; it goes on", EventName = "DatabaseWatchFailed")]
    public static partial void WatchFailed(this ILogger logger, Exception exception);

    [LoggerMessage(3008, LogLevel.Warning, "That this silo lives could not be written; it is tried again until it is there", EventName = "AliveNotWritten")]
    public static partial void AliveNotWritten(this ILogger logger, Exception exception);

    [LoggerMessage(3009, LogLevel.Debug, "The queue of source server {SourceServer} could not be asked to move here; it is asked again", EventName = "QueueNotMoved")]
    public static partial void QueueNotMoved(this ILogger logger, Exception exception, string sourceServer);

    [LoggerMessage(3010, LogLevel.Warning,
        "{Path} has credentials of a development broker that this store accepted; in Production they end now: token, access key and password of {Names}. Remove the file",
        EventName = "DevelopmentCredentialsEnded")]
    public static partial void DevelopmentCredentialsEnded(this ILogger logger, string path, string names);
}
