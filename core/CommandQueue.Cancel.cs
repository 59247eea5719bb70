namespace CommandBroker.Core;

public static partial class CommandQueue
{
    /// <summary>Settles the queue, then cancels an open command, handed out or not. Once it is committed, no poll hands the command out.</summary>
    /// <param name="state">The queue.</param>
    /// <param name="seq">The command's number.</param>
    /// <param name="ended">The ended command of that number; null when it is open, or there is none.</param>
    /// <param name="actor">The principal that cancels.</param>
    /// <param name="reason">Why; null when nobody said.</param>
    /// <param name="policy">The rules in force.</param>
    /// <param name="now">The server's clock.</param>
    public static Transition<ChangeOutcome> Cancel(
        QueueState state, long seq, Command? ended, string actor, string? reason, QueuePolicy policy, DateTimeOffset now)
    {
        var changes = new ChangeSet(state);
        if (!TrySettle(ref state, changes, policy, now))
        {
            return changes.FinishPartly<ChangeOutcome>();
        }

        Command? command = state.Find(seq) ?? changes.Find(seq) ?? ended;
        if (command is not { IsOpen: true })
        {
            ChangeStatus status = command?.State switch
            {
                null => ChangeStatus.Unknown,
                CommandState.Cancelled => ChangeStatus.WasSo,
                _ => ChangeStatus.WrongState,
            };
            return changes.Finish(new ChangeOutcome(status, command));
        }

        string sentence = string.IsNullOrWhiteSpace(reason) ? "Cancelled." : $"Cancelled: {reason}";
        Command cancelled = changes.Replace(command, End(command, CommandState.Cancelled, now, actor, sentence));
        return changes.Finish(new ChangeOutcome(ChangeStatus.Changed, cancelled));
    }
}
