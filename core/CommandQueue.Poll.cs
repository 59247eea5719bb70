namespace CommandBroker.Core;

public static partial class CommandQueue
{
    /// <summary>Settles what time has done to the queue, then hands out the next due command.</summary>
    /// <remarks>
    /// In Queue mode that is the first due Pending command. In Sequential the outstanding one is repeated, not counted as a delivery, until it
    /// is reported or its lease ends. In AtMostOnce the command ends as it is handed out. The delivery must be committed before the agent sees it.
    /// </remarks>
    public static Transition<PollOutcome> Poll(QueueState state, QueuePolicy policy, DateTimeOffset now)
    {
        if (state.Open.IsEmpty)
        {
            return Unchanged(state, default(PollOutcome));
        }

        var changes = new ChangeSet(state);
        if (!TrySettle(ref state, changes, policy, now))
        {
            return changes.FinishPartly<PollOutcome>();
        }

        if (policy.DeliveryMode == DeliveryMode.Sequential && FirstLeased(state) is { } outstanding)
        {
            Command shown = Showings.Add(outstanding, 1);
            shown = ReferenceEquals(shown, outstanding) ? outstanding : changes.Replace(outstanding, shown);
            return changes.Finish(new PollOutcome(shown, IsRepeat: true, FormerDeliveredAt: Showings.FormerOf(outstanding), MayBeRepeated: true));
        }

        if (FirstDue(state, now) is not { } next)
        {
            return changes.Finish(default(PollOutcome));
        }

        if (policy.DeliveryMode != DeliveryMode.AtMostOnce && state.LeasedCount >= policy.MaxOutstandingCount)
        {
            return changes.Finish(new PollOutcome(null, LimitReached: true));
        }

        Command delivered = changes.Replace(next, HandOut(next, policy, now));
        Overtake(delivered, state, policy, now, changes);
        return changes.Finish(new PollOutcome(
            delivered, FormerDeliveredAt: next.DeliveredAt, MayBeRepeated: policy.DeliveryMode == DeliveryMode.Sequential));
    }

    private static Command? FirstLeased(QueueState state)
    {
        if (state.LeasedCount == 0)
        {
            return null;
        }

        foreach (Command command in state.Open)
        {
            if (command.State == CommandState.Leased)
            {
                return command;
            }
        }

        return null;
    }

    private static Command? FirstDue(QueueState state, DateTimeOffset now)
    {
        foreach (Command command in state.Open)
        {
            if (command.State == CommandState.Pending && !(command.NotBeforeAt > now))
            {
                return command;
            }
        }

        return null;
    }

    private static Command HandOut(Command command, QueuePolicy policy, DateTimeOffset now)
    {
        bool isAwaited = policy.DeliveryMode != DeliveryMode.AtMostOnce;
        DateTimeOffset deliveredAt = Showings.Begin(command, now);
        Command delivered = command with
        {
            State = CommandState.Leased,
            DeliveryCount = command.DeliveryCount + 1,
            DeliveredAt = deliveredAt,
            LeasedUntil = isAwaited ? Showings.InstantOf(now) + policy.VisibilityTimeout : null,
        };
        return isAwaited
            ? delivered
            : End(delivered, CommandState.Delivered, now, Outcome.BrokerActor, "Handed out; in AtMostOnce no report is awaited.");
    }

    /// <summary>
    /// Earlier commands of the task that an agent has seen must not come again after this one. One that was overtaken before is written again when what had
    /// overtaken it is not open any more: when another activation took its delivery back, and this one does not know, its version says so (see
    /// <see cref="Touch"/>).
    /// </summary>
    private static void Overtake(Command delivered, QueueState state, QueuePolicy policy, DateTimeOffset now, ChangeSet changes)
    {
        if (delivered.TaskId is null)
        {
            return;
        }

        foreach (Command command in state.Open)
        {
            if (command.Seq < delivered.Seq && command.TaskId == delivered.TaskId && command.DeliveryCount > 0
                && (command.OvertakenBy is not { } overtaker || state.Find(overtaker) is null))
            {
                Command overtaken = command with { OvertakenBy = command.OvertakenBy ?? delivered.Seq };
                changes.Replace(command, Settle(overtaken, policy, now));
            }
        }
    }
}
