using System.Collections.Immutable;

namespace CommandBroker.Core;

public static partial class CommandQueue
{
    /// <summary>Takes back a delivery whose response was not sent: the command waits again and the delivery is not counted.</summary>
    /// <param name="state">The queue.</param>
    /// <param name="delivery">
    /// The delivery. A second try must name its instant; there must be none when the outcome said <see cref="PollOutcome.MayBeRepeated"/>: a repeat that
    /// was shown and the first try that was carried out look alike.
    /// </param>
    /// <param name="history">
    /// Null at first. After <see cref="ReleaseStatus.NeedsHistory"/>: the ended command of that number, and the ended ones of its task.
    /// </param>
    /// <remarks>
    /// When a byte may have left, the agent may know of it: a lease ends, and all else stays. When none has left, it is as if it had never
    /// been handed out: whatever ended because of it, the command itself or one that it had overtaken, waits again. Nothing changes when the
    /// command was handed out again since, or another response has shown the same delivery.
    /// </remarks>
    public static Transition<ReleaseOutcome> Release(QueueState state, UnsentDelivery delivery, IReadOnlyList<Command>? history)
    {
        Command? open = state.Find(delivery.Seq);
        if (!delivery.MayHaveArrived && history is null && open is not { TaskId: null })
        {
            return Unchanged(state, new ReleaseOutcome(ReleaseStatus.NeedsHistory));
        }

        Command? command = open ?? history?.FirstOrDefault(ended => ended.Seq == delivery.Seq);
        if (command is null || command.DeliveryCount != delivery.DeliveryCount || !IsOf(delivery, command))
        {
            return Unchanged(state, new ReleaseOutcome(ReleaseStatus.Unchanged));
        }

        var changes = new ChangeSet(state);
        if (Showings.CountOf(command) > 0)
        {
            return HideOnce(state, command, delivery, changes);
        }

        if (delivery.MayHaveArrived)
        {
            // DeliveredAt stays: a report of what arrived must still find its command.
            return command.State == CommandState.Leased
                ? TakeBack(command, command with { State = CommandState.Pending, LeasedUntil = null, DeliveryCount = command.DeliveryCount - 1 }, null, changes)
                : Unchanged(state, new ReleaseOutcome(ReleaseStatus.Unchanged));
        }

        Command undone = Undo(command, delivery);
        if (ReferenceEquals(undone, command))
        {
            return Unchanged(state, new ReleaseOutcome(ReleaseStatus.Unchanged));
        }

        ImmutableArray<Command> all = [.. state.Open, .. history ?? []];
        if (undone is { IsOpen: true, DeliveryCount: > 0 } && !command.IsOpen)
        {
            // What was handed out while it counted as ended did not ask whether it overtook it.
            undone = undone with { OvertakenBy = FirstHandedOutAfter(undone, undone.Seq, all) };
        }

        if (command.OvertakenBy is not null)
        {
            Touch(state, command, changes);
        }

        LetRedeliver(all, undone, changes);
        return TakeBack(command, undone, undone.IsOpen ? ReportIn(command) : null, changes);
    }

    private static bool IsOf(UnsentDelivery delivery, Command command) =>
        delivery.DeliveredAt is not { } at || Showings.InstantOf(command) == Showings.InstantOf(at);

    private static Transition<ReleaseOutcome> TakeBack(Command before, Command after, StrayReport? stray, ChangeSet changes)
    {
        changes.Replace(before, after);
        return changes.Finish(new ReleaseOutcome(ReleaseStatus.TakenBack, stray));
    }

    /// <summary>Another response has shown the delivery too: it is one fewer that may have arrived.</summary>
    private static Transition<ReleaseOutcome> HideOnce(QueueState state, Command command, UnsentDelivery delivery, ChangeSet changes)
    {
        Command hidden = delivery.MayHaveArrived ? command : Showings.Add(command, -1);
        if (!ReferenceEquals(hidden, command))
        {
            changes.Replace(command, hidden);
        }

        return changes.Finish(new ReleaseOutcome(ReleaseStatus.StillShown));
    }

    /// <summary>The command without that delivery; the same reference when it stays as it is.</summary>
    private static Command Undo(Command command, UnsentDelivery delivery)
    {
        int count = command.DeliveryCount - 1;
        Command without = command with
        {
            DeliveryCount = count,
            DeliveredAt = delivery.FormerDeliveredAt ?? (count > 0 ? command.DeliveredAt : null),
            LeasedUntil = null,
            OvertakenBy = count > 0 ? command.OvertakenBy : null,
        };
        switch (command.State)
        {
            case CommandState.Pending or CommandState.Leased:
                return without with { State = CommandState.Pending };
            case CommandState.Delivered or CommandState.DeadLettered:
            case CommandState.Superseded when without.OvertakenBy is null:
            case CommandState.Succeeded or CommandState.Failed when !without.MayBeKnown:
                return Reopen(without);
            case CommandState.Superseded or CommandState.Expired:
            case CommandState.Cancelled when command.Outcome!.Result is null:
                return without;
            default:
                return command;
        }
    }

    /// <summary>Opens a command again that would not have ended without a delivery that was never sent.</summary>
    private static Command Reopen(Command command) => command with
    {
        State = CommandState.Pending,
        Outcome = null,
        RedriveCount = command.RedriveCount | Command.TakenBackMark,
    };

    /// <summary>A report by name that was taken for one of a command which was never sent: all that is left of it is the report.</summary>
    private static StrayReport? ReportIn(Command command) => command.Outcome is not { Result: { } result } outcome ? null : new StrayReport
    {
        Reason = StrayReason.Unsolicited,
        Name = command.Name,
        Result = result,
        ResultDetail = outcome.ResultDetail!,
        ReportedAt = outcome.EndedAt,
        ReportedBy = outcome.EndedBy,
    };

    /// <summary>
    /// Writes what was handed out last of the task: whoever hands out the next one writes it too, so that no activation does so which still takes the
    /// undone delivery for overtaken.
    /// </summary>
    private static void Touch(QueueState state, Command undone, ChangeSet changes)
    {
        foreach (Command later in state.Open)
        {
            if (later.TaskId == undone.TaskId && later.Seq > undone.Seq && later is { DeliveryCount: > 0, OvertakenBy: null })
            {
                changes.Replace(later, later);
            }
        }
    }

    /// <summary>Earlier commands of the task may come again, unless another command that was handed out after them forbids it.</summary>
    private static void LetRedeliver(ImmutableArray<Command> all, Command undone, ChangeSet changes)
    {
        foreach (Command command in all)
        {
            if (command.OvertakenBy != undone.Seq || !(command.IsOpen || command.State == CommandState.Superseded) || Showings.InstantOf(undone) >= Showings.InstantOf(command))
            {
                continue;
            }

            Command freed = command with { OvertakenBy = FirstHandedOutAfter(command, undone.Seq, all) };
            changes.Replace(command, freed is { OvertakenBy: null, IsOpen: false } ? Reopen(freed) : freed);
        }
    }

    /// <summary>The later command of its task that was handed out first after it, one aside; null when there is none, or no delivery of it counts.</summary>
    private static long? FirstHandedOutAfter(Command command, long aside, ImmutableArray<Command> all) => command is { TaskId: null } or { DeliveryCount: 0 } ? null : all
        .Where(later => later.TaskId == command.TaskId && later.Seq > command.Seq && later.Seq != aside && Showings.InstantOf(later) >= Showings.InstantOf(command))
        .OrderBy(Showings.InstantOf)
        .Select(later => (long?)later.Seq)
        .FirstOrDefault();
}
