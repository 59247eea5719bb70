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
}
