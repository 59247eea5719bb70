using CommandBroker.Storage;

namespace CommandBroker.Grains;

/// <summary>
/// Where a page of history goes on among the reports that ended no command. It is a number above all that commands ever get, so that callers and
/// silos that know commands only go on with the newest of those.
/// </summary>
internal static class StrayCursor
{
    /// <summary>The number that asks for what comes behind so many reports.</summary>
    public static long Of(int shown) => long.MaxValue - shown;

    /// <summary>How many reports the pages before have shown; null when only commands are asked for.</summary>
    /// <param name="before">The number that was asked with; null begins the history.</param>
    public static int? Read(long? before) => before switch
    {
        null => 0,
        >= long.MaxValue - QueueCommit.MaxStrayReports => (int)(long.MaxValue - before),
        _ => null,
    };
}
