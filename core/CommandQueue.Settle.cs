namespace CommandBroker.Core;

public static partial class CommandQueue
{
    /// <summary>The most commands that one transition settles; more take several commits, so that none of them is long.</summary>
    public const int MaxSettledCount = 1_000;

    /// <summary>
    /// Settles what time has done to the queue: leases that lapsed, times to live that are over, deliveries that are used up. Each verb
    /// but report and release begins with it, so its answer is of the queue as of now. A report ends a command whatever time has made of it.
    /// </summary>
    /// <param name="state">The queue.</param>
    /// <param name="policy">The rules in force.</param>
    /// <param name="now">The server's clock.</param>
    /// <returns>The outcome is how many commands changed. Partial after <see cref="MaxSettledCount"/> of them.</returns>
    public static Transition<int> Settle(QueueState state, QueuePolicy policy, DateTimeOffset now)
    {
        if (!state.MayNeedSettling(policy, now))
        {
            return Unchanged(state, 0);
        }

        var changes = new ChangeSet(state);
        return TrySettle(ref state, changes, policy, now) ? changes.Finish(changes.Count) : changes.FinishPartly<int>();
    }

    /// <summary>Settles the queue within a transition of another verb.</summary>
    /// <returns>False when there is more to settle than one transition takes.</returns>
    internal static bool TrySettle(ref QueueState state, ChangeSet changes, QueuePolicy policy, DateTimeOffset now)
    {
        if (!state.MayNeedSettling(policy, now))
        {
            return true;
        }

        SettleBounds bounds = SettleBounds.None;
        foreach (Command command in state.Open)
        {
            Command settled = Settle(command, policy, now);
            if (!ReferenceEquals(settled, command))
            {
                if (changes.Count == MaxSettledCount)
                {
                    return false;
                }

                settled = changes.Replace(command, settled);
            }

            bounds = settled.IsOpen ? bounds.With(settled) : bounds;
        }

        state = changes.Make();
        state.Narrow(bounds);
        return true;
    }

    /// <summary>What time alone has made of an open command; the same reference when nothing.</summary>
    private static Command Settle(Command command, QueuePolicy policy, DateTimeOffset now)
    {
        Command settled = command;
        if (settled.State == CommandState.Leased)
        {
            if (settled.DeliveredAt is { } deliveredAt && Showings.InstantOf(deliveredAt) > now)
            {
                // The clock stepped back. Counted from the instant we see now, the lease still lasts no longer than its length.
                return settled with
                {
                    DeliveredAt = Showings.Move(deliveredAt, now),
                    LeasedUntil = Showings.InstantOf(now) + (settled.LeasedUntil - Showings.InstantOf(deliveredAt)),
                };
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
                $"Delivered {settled.DeliveryCount} times without a report; "
                + $"{(policy.HasOwnMaxDeliveries ? "the source server's own max_deliveries" : "Queue:MaxDeliveries")} allows {policy.MaxDeliveries}.");
        }

        if (settled.ExpiresAt <= now)
        {
            return End(settled, CommandState.Expired, now, Outcome.BrokerActor, $"Waited longer than its time to live of {DurationWords.Of(settled.ExpiresAt.Value - settled.EnqueuedAt)}.");
        }

        return settled;
    }
}
