namespace CommandBroker.Core;

/// <summary>
/// How many responses showed one delivery besides the first, as Sequential does, and whether the command may have been known before it. Both
/// are the last two digits, of 100 ns, of the instant of the delivery: so they are kept with the command, however that goes on, and need
/// no column of their own.
/// </summary>
/// <remarks>A delivery may be undone only when no response that showed it can have arrived.</remarks>
internal static class Showings
{
    /// <summary>Repeats that are counted. With that many the delivery counts as seen for good, and one more repeat writes nothing.</summary>
    private const int MaxCount = 9;

    private const int KnownBefore = MaxCount + 1;

    private const int Span = 100;

    /// <summary>The instant of a delivery without what is kept in it.</summary>
    public static DateTimeOffset InstantOf(DateTimeOffset deliveredAt) => deliveredAt.AddTicks(-DigitsOf(deliveredAt));

    /// <summary>When the command was last handed out, to be compared; null when never.</summary>
    public static DateTimeOffset? InstantOf(Command command) => command.DeliveredAt is { } at ? InstantOf(at) : null;

    /// <summary>The instant of the command's next delivery, which no repeat has shown.</summary>
    public static DateTimeOffset Begin(Command command, DateTimeOffset now) => InstantOf(now).AddTicks(command.MayBeKnown ? KnownBefore : 0);

    /// <summary>The same delivery at another instant.</summary>
    public static DateTimeOffset Move(DateTimeOffset deliveredAt, DateTimeOffset now) => InstantOf(now).AddTicks(DigitsOf(deliveredAt));

    /// <summary>The counted repeats of the last delivery.</summary>
    public static int CountOf(Command command) => command.DeliveredAt is { } at ? DigitsOf(at) % KnownBefore : 0;

    /// <summary>An instant at which the command may have been known before its last delivery; null when it was not.</summary>
    public static DateTimeOffset? FormerOf(Command command) => command.DeliveredAt is { } at && DigitsOf(at) >= KnownBefore ? at : null;

    /// <summary>The command after one more repeat, or one fewer; the same reference once they are no longer counted.</summary>
    public static Command Add(Command command, int change) => CountOf(command) == MaxCount ? command : command with
    {
        DeliveredAt = command.DeliveredAt + TimeSpan.FromTicks(change),
    };

    private static int DigitsOf(DateTimeOffset instant) => (int)(instant.UtcTicks % Span);
}
