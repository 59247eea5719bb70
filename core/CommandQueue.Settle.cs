namespace CommandBroker.Core;

public static partial class CommandQueue
{
    /// <summary>What time alone has made of an open command; the same reference when nothing.</summary>
    private static Command Settle(Command command, QueuePolicy policy, DateTimeOffset now)
    {
        Command settled = command;
        if (settled.State == CommandState.Leased)
        {
            if (settled.DeliveredAt > now)
            {
                // The clock stepped back. Counted from the instant we see now, the lease still lasts no longer than its length.
                return settled with { DeliveredAt = now, LeasedUntil = now + (settled.LeasedUntil - settled.DeliveredAt) };
            }

            if (settled.LeasedUntil > now)
            {
                return settled;
            }

            settled = settled with { State = CommandState.Pending, LeasedUntil = null };
        }

        if (settled.OvertakenBy is long successor)
        {
            return Supersede(settled, now, Outcome.BrokerActor, successor,
                $"Not redelivered: command {successor} of the same task was handed out after it.");
        }

        if (settled.DeliveryCount >= policy.MaxDeliveries)
        {
            return End(settled, CommandState.DeadLettered, now, Outcome.BrokerActor,
                $"Delivered {settled.DeliveryCount} times without a report; Queue:MaxDeliveries allows {policy.MaxDeliveries}.");
        }

        if (settled.ExpiresAt <= now)
        {
            return End(settled, CommandState.Expired, now, Outcome.BrokerActor, $"Waited longer than its time to live of {settled.TimeToLive}.");
        }

        return settled;
    }
}
