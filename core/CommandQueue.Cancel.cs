namespace CommandBroker.Core;

public static partial class CommandQueue
{
    /// <summary>Cancels an open command, handed out or not. Once it is committed, no poll hands the command out.</summary>
    /// <param name="state">The queue.</param>
    /// <param name="seq">The command's number.</param>
    /// <param name="ended">The ended command of that number; null when it is open, or there is none.</param>
    /// <param name="actor">The principal that cancels.</param>
    /// <param name="reason">Why; null when nobody said.</param>
    /// <param name="now">The server's clock.</param>
    public static Transition<ChangeOutcome> Cancel(
        QueueState state, long seq, Command? ended, string actor, string? reason, DateTimeOffset now)
    {
        Command? command = state.Find(seq) ?? ended;
        if (command is not { IsOpen: true })
        {
            ChangeStatus status = command?.State switch
            {
                null => ChangeStatus.Unknown,
                CommandState.Cancelled => ChangeStatus.WasSo,
                _ => ChangeStatus.WrongState,
            };
            return Unchanged(state, new ChangeOutcome(status, command));
        }

        var changes = new ChangeSet(state);
        string sentence = string.IsNullOrWhiteSpace(reason) ? "Cancelled." : $"Cancelled: {reason}";
        Command cancelled = changes.Replace(command, End(command, CommandState.Cancelled, now, actor, sentence));
        return changes.Finish(new ChangeOutcome(ChangeStatus.Changed, cancelled));
    }
}
