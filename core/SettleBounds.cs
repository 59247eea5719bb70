namespace CommandBroker.Core;

/// <summary>
/// Whether time can have changed anything in a queue, told without a look at its commands. The bounds may be too cautious, which costs a
/// look for nothing; they are never too bold.
/// </summary>
/// <param name="EarliestTicks">The earliest instant at which a lease or a time to live ends, in UTC ticks.</param>
/// <param name="LatestSeenTicks">The latest delivery of a lease, in UTC ticks: an earlier clock has stepped back.</param>
/// <param name="MostDeliveries">The most deliveries of a command that waits.</param>
internal readonly record struct SettleBounds(long EarliestTicks, long LatestSeenTicks, int MostDeliveries)
{
    /// <summary>Of a queue without commands: nothing ever changes by itself.</summary>
    public static SettleBounds None { get; } = new(long.MaxValue, long.MinValue, 0);

    /// <summary>Whether one of the commands may have to be settled.</summary>
    public bool MayNeedSettling(QueuePolicy policy, DateTimeOffset now) =>
        now.UtcTicks >= EarliestTicks || now.UtcTicks < LatestSeenTicks || MostDeliveries >= policy.MaxDeliveries;

    /// <summary>The bounds with one open command more.</summary>
    public SettleBounds With(Command command) => command.State == CommandState.Leased
        ? this with
        {
            EarliestTicks = Math.Min(EarliestTicks, command.LeasedUntil?.UtcTicks ?? long.MinValue),
            LatestSeenTicks = Math.Max(LatestSeenTicks, command.DeliveredAt?.UtcTicks ?? long.MaxValue),
        }
        : this with
        {
            EarliestTicks = Math.Min(EarliestTicks, command.OvertakenBy is null ? command.ExpiresAt?.UtcTicks ?? long.MaxValue : long.MinValue),
            MostDeliveries = Math.Max(MostDeliveries, command.DeliveryCount),
        };
}
