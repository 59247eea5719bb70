namespace CommandBroker.Core;

public static partial class CommandQueue
{
    /// <summary>Settles the queue, then puts a dead-lettered command back at its old place, with its deliveries counted from 0 and its time to live lifted.</summary>
    /// <param name="state">The queue.</param>
    /// <param name="seq">The command's number.</param>
    /// <param name="ended">The ended command of that number; null when it is open, or there is none.</param>
    /// <param name="policy">The rules in force.</param>
    /// <param name="now">The server's clock.</param>
    public static Transition<ChangeOutcome> Redrive(QueueState state, long seq, Command? ended, QueuePolicy policy, DateTimeOffset now)
    {
        var changes = new ChangeSet(state);
        if (!TrySettle(ref state, changes, policy, now))
        {
            return changes.FinishPartly<ChangeOutcome>();
        }

        Command? command = state.Find(seq) ?? changes.Find(seq) ?? ended;
        if (command is not { State: CommandState.DeadLettered })
        {
            ChangeStatus status = command switch
            {
                null => ChangeStatus.Unknown,
                { IsOpen: true, OperatorRedriveCount: > 0 } => ChangeStatus.WasSo,
                _ => ChangeStatus.WrongState,
            };
            return changes.Finish(new ChangeOutcome(status, command));
        }

        if (state.PendingCount >= policy.MaxPendingCount)
        {
            return changes.Finish(new ChangeOutcome(ChangeStatus.QueueFull, command));
        }

        Command pending = changes.Replace(command, command with
        {
            State = CommandState.Pending,
            DeliveryCount = 0,
            RedriveCount = command.RedriveCount + 1,
            OvertakenBy = null,
            Outcome = null,
        });
        return changes.Finish(new ChangeOutcome(ChangeStatus.Changed, pending));
    }
}
