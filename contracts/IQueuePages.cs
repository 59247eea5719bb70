using Orleans.CodeGeneration;

namespace CommandBroker.Contracts;

/// <summary>
/// Pages of one source server's open commands; the grain is that of <see cref="ISourceServerGrain"/>, and so are its exceptions.
/// </summary>
/// <remarks>An interface of its own: a method more there would raise its version, and all calls of gateways would leave silos of the release before.</remarks>
[Version(1)]
[Alias("CommandBroker.IQueuePages")]
public interface IQueuePages : IGrainWithStringKey
{
    /// <summary>A page of the open commands in the order of hand-out, with the counts of the whole queue.</summary>
    /// <param name="after">Only what comes after this <see cref="QueueCursor"/>; null starts at the front.</param>
    /// <param name="limit">The most to return, 1 to <see cref="QueueView.MaxLimit"/>. A page of long commands holds fewer, at least one.</param>
    /// <exception cref="BrokerException">InvalidArgument.</exception>
    [Alias("ListPage")]
    ValueTask<QueueView> ListPageAsync(string? after, int limit);
}
