using System.Collections.Immutable;

namespace CommandBroker.Contracts;

/// <summary>
/// One source server's queue; the key is the text of its <see cref="CommandBroker.Core.SourceServerKey"/>. Every method throws <see cref="BrokerException"/> with
/// <see cref="BrokerErrorReason.StorageUnavailable"/>, <see cref="BrokerErrorReason.Quarantined"/> or, unless its reply has a
/// status for it, <see cref="BrokerErrorReason.UnknownSourceServer"/>. What a method answers as done is committed.
/// </summary>
[Alias("CommandBroker.ISourceServerGrain")]
public interface ISourceServerGrain : IGrainWithStringKey
{
    /// <summary>Hands out the next command. Settles what time has done to the queue first. Repeating it is a poll of its own.</summary>
    /// <remarks>Its answer is awaited for long, although no agent waits so long: a delivery that comes too late for its agent must be released.</remarks>
    [Alias("Poll")]
    [ResponseTimeout("00:01:00")]
    ValueTask<PollReply> PollAsync();

    /// <summary>Takes back a delivery whose response was not sent, or not for sure; harmless when the command has moved on. To be called once for each reply to a poll.</summary>
    [Alias("Release")]
    ValueTask ReleaseAsync(ReleaseCall release);

    /// <summary>Ends a command by its agent's report. Repeating it is harmless.</summary>
    [Alias("Report")]
    ValueTask<ReportReplyStatus> ReportAsync(ReportCall report);

    /// <summary>Adds commands, each on its own: one that is refused does not hinder the others. Repeating it is harmless for those with a key.</summary>
    /// <returns>A reply for each call, in the same order.</returns>
    [Alias("Enqueue")]
    ValueTask<ImmutableArray<EnqueueReply>> EnqueueAsync(ImmutableArray<EnqueueCall> calls, string actor);

    /// <summary>Cancels an open command, outstanding or not. Repeating it is harmless.</summary>
    /// <exception cref="BrokerException">UnknownCommand, or WrongState when it has ended otherwise.</exception>
    [Alias("Cancel")]
    ValueTask<CommandView> CancelAsync(long seq, string actor, string? reason);

    /// <summary>Puts a dead-lettered command back, with its deliveries counted from 0. Repeating it while it is open is harmless.</summary>
    /// <exception cref="BrokerException">UnknownCommand, QueueFull, or WrongState when it is not dead-lettered.</exception>
    [Alias("Redrive")]
    ValueTask<CommandView> RedriveAsync(long seq, string actor);

    /// <summary>One command, open or ended; null when there is none or retention has removed it.</summary>
    [Alias("Show")]
    ValueTask<CommandView?> ShowAsync(long seq);

    /// <summary>A page of the open commands in the order of hand-out, with the counts of the whole queue.</summary>
    /// <param name="after">Only what comes after this <see cref="QueueCursor"/>; null starts at the front.</param>
    /// <param name="limit">The most to return, 1 to <see cref="QueueView.MaxLimit"/>. A page of long commands holds fewer, at least one.</param>
    /// <exception cref="BrokerException">InvalidArgument.</exception>
    [Alias("List")]
    ValueTask<QueueView> ListAsync(string? after = null, int limit = QueueView.MaxLimit);

    /// <summary>Ended commands, newest first, behind the reports that ended none.</summary>
    /// <param name="before">Only lower numbers, or what <see cref="HistoryPage.NextBefore"/> says; null starts at the newest.</param>
    /// <param name="limit">The most commands, 1 to 1,000. A page of long ones holds fewer, and none where reports fill it.</param>
    [Alias("History")]
    ValueTask<HistoryPage> ReadHistoryAsync(long? before, int limit);

    /// <summary>The settings of its own.</summary>
    [Alias("Settings")]
    ValueTask<SourceServerSettings> ReadSettingsAsync();

    /// <summary>Replaces the settings of its own.</summary>
    /// <param name="settings">The settings; all null takes them away.</param>
    /// <param name="actor">Who, for the audit; null when not known.</param>
    /// <exception cref="BrokerException">InvalidArgument.</exception>
    [Alias("Configure")]
    ValueTask ConfigureAsync(SourceServerSettings settings, string? actor = null);

    /// <summary>
    /// Deletes the principals that are bound to the source server, with their keys, and then the source server. A call that failed may be repeated.
    /// </summary>
    /// <param name="actor">Who, for the audit; null when not known.</param>
    /// <exception cref="BrokerException">CommandsOutstanding while it has open commands; StorageUnavailable.</exception>
    [Alias("Delete")]
    ValueTask DeleteAsync(string? actor = null);

    /// <summary>Settles what time has done to the queue; the sweep calls it. A queue that was made for this call ends with it. Repeating it is harmless.</summary>
    [Alias("Settle")]
    ValueTask SettleAsync();
}
