using CommandBroker.Contracts;

namespace CommandBroker.Client;

/// <summary>
/// Enqueues and follows commands. Safe for concurrent use. Every method throws <see cref="BrokerException"/>, whatever the transport:
/// <see cref="BrokerErrorReason.Unreachable"/>, <see cref="BrokerErrorReason.StorageUnavailable"/> and <see cref="BrokerErrorReason.Throttled"/> only after the attempts of
/// <see cref="RetryOptions"/>, <see cref="BrokerErrorReason.UnknownSourceServer"/>, <see cref="BrokerErrorReason.Quarantined"/> and
/// <see cref="BrokerErrorReason.Unauthorized"/> at once; further reasons are named at the method.
/// </summary>
public interface ICommandBrokerClient
{
    /// <summary>Adds one command; it is committed when this returns. A key is made when the command has none, so an inner repetition adds nothing twice.</summary>
    /// <returns>The command's number, and whether it was there. Its error is null: a refusal is thrown.</returns>
    /// <exception cref="BrokerException">InvalidArgument, KeyConflict, QueueFull, HistoryFull.</exception>
    Task<EnqueueReply> EnqueueAsync(string serverId, EnqueueCall command, CancellationToken cancellationToken = default);

    /// <summary>
    /// Adds any number of commands to any number of source servers, in bounded memory. Commands of one source server are added in the order given.
    /// A refused command does not stop the others; a broker that cannot be reached at all does, by an exception after the last attempt.
    /// </summary>
    /// <param name="items">What to enqueue. The call ends when the read of them that is under way has ended, so that read must obey its token.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>An outcome for each item, in the same order, as soon as it is known.</returns>
    IAsyncEnumerable<EnqueueItemOutcome> EnqueueManyAsync(IAsyncEnumerable<EnqueueItem> items, CancellationToken cancellationToken = default);

    /// <summary>One command, open or ended; null when there is none or retention has removed it.</summary>
    Task<CommandView?> ShowAsync(string serverId, long seq, CancellationToken cancellationToken = default);

    /// <summary>All open commands, read page by page: each was open when its page was read. The counts are those of the last page.</summary>
    Task<QueueView> ListAsync(string serverId, CancellationToken cancellationToken = default);

    /// <summary>A page of the open commands in the order of hand-out, with the counts of the whole queue.</summary>
    /// <param name="serverId">The source server.</param>
    /// <param name="after"><see cref="QueueView.NextAfter"/> of the page before; null starts at the front.</param>
    /// <param name="limit">The most to return, 1 to 1,000; a page of long commands holds fewer. Default 1,000.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="BrokerException">InvalidArgument.</exception>
    Task<QueueView> ListPageAsync(string serverId, string? after = null, int limit = QueueView.MaxLimit, CancellationToken cancellationToken = default);

    /// <summary>Ended commands, newest first.</summary>
    /// <param name="serverId">The source server.</param>
    /// <param name="before">Only lower numbers, as in the page before; null starts at the newest.</param>
    /// <param name="limit">The most to return, 1 to 1,000; default 100.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="BrokerException">InvalidArgument.</exception>
    Task<HistoryPage> ReadHistoryAsync(string serverId, long? before = null, int limit = 100, CancellationToken cancellationToken = default);

    /// <summary>
    /// The open commands, then each new one, each that changed, and each as it ended, until cancelled. A command that was enqueued and ended
    /// between two looks is not missed; the states it went through in between are, and so is what happens to a command after its end.
    /// </summary>
    /// <param name="serverId">The source server.</param>
    /// <param name="interval">The time between two looks, more than zero; null means 1 s.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    IAsyncEnumerable<CommandView> WatchAsync(string serverId, TimeSpan? interval = null, CancellationToken cancellationToken = default);

    /// <summary>Cancels an open command. Repeating it is harmless.</summary>
    /// <exception cref="BrokerException">UnknownCommand, or WrongState when it has ended otherwise.</exception>
    Task<CommandView> CancelAsync(string serverId, long seq, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Puts a dead-lettered command back. Repeating it while the command is open is harmless.</summary>
    /// <exception cref="BrokerException">UnknownCommand, QueueFull, or WrongState when it is not dead-lettered.</exception>
    Task<CommandView> RedriveAsync(string serverId, long seq, CancellationToken cancellationToken = default);

    /// <summary>What the source server sets differently from the broker.</summary>
    Task<SourceServerSettings> ReadSettingsAsync(string serverId, CancellationToken cancellationToken = default);

    /// <summary>Replaces what the source server sets differently; null members follow the broker.</summary>
    /// <exception cref="BrokerException">InvalidArgument.</exception>
    Task ConfigureAsync(string serverId, SourceServerSettings settings, CancellationToken cancellationToken = default);
}
