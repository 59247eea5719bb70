namespace CommandBroker.Core;

public static partial class CommandQueue
{
    /// <summary>
    /// Takes back a delivery whose response was not sent: the command waits again and the delivery is not counted. Nothing changes when
    /// the command has moved on, or was handed out again since; in AtMostOnce it has ended, and stays so.
    /// </summary>
    /// <param name="state">The queue.</param>
    /// <param name="seq">The command that was handed out.</param>
    /// <param name="deliveryCount">Its delivery count in that delivery.</param>
    /// <returns>Whether the delivery was taken back.</returns>
    public static Transition<bool> Release(QueueState state, long seq, int deliveryCount)
    {
        Command? command = state.Find(seq);
        if (command is not { State: CommandState.Leased } || command.DeliveryCount != deliveryCount)
        {
            return Unchanged(state, false);
        }

        // DeliveredAt stays: a part of the response may have arrived, so a report of it must still find its command.
        var changes = new ChangeSet(state);
        changes.Replace(command, command with { State = CommandState.Pending, LeasedUntil = null, DeliveryCount = deliveryCount - 1 });
        return changes.Finish(true);
    }
}
