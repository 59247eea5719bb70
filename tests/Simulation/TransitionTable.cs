using CommandBroker.Core;

namespace CommandBroker.Simulation;

/// <summary>Which state may follow which: the drawing of the life-cycle as a table of its own, so that a slip in the queue's rules shows.</summary>
internal static class TransitionTable
{
    /// <summary>Whether a stored command may become what it became.</summary>
    public static bool IsAllowed(Command before, Command after)
    {
        if (!before.IsOpen && after.IsOpen && after.RedriveCount == (before.RedriveCount | Command.TakenBackMark))
        {
            // It had ended by a delivery that was never sent.
            return before.State != CommandState.Cancelled && after.State == CommandState.Pending && (before.Outcome?.Result is null || !after.MayBeKnown);
        }

        if (after == before with { Version = after.Version, DeliveredAt = after.DeliveredAt } && Math.Abs((after.DeliveredAt - before.DeliveredAt)?.Ticks ?? 0) == 1)
        {
            // One response more that showed its delivery, or one fewer.
            return true;
        }

        if (before.Outcome?.Result is { } result && after.Outcome?.Result != result)
        {
            return false;
        }

        return before.State switch
        {
            CommandState.Pending or CommandState.Leased => true,
            CommandState.DeadLettered => after.State is CommandState.Pending or CommandState.Succeeded or CommandState.Failed,
            CommandState.Expired or CommandState.Superseded when after.State == before.State => after.DeliveryCount < before.DeliveryCount || after.OvertakenBy != before.OvertakenBy,
            CommandState.Expired or CommandState.Superseded or CommandState.Delivered => after.State is CommandState.Succeeded or CommandState.Failed,
            CommandState.Cancelled => after.State == CommandState.Cancelled,
            _ => false,
        };
    }
}
