using System.Collections.Concurrent;
using CommandBroker.Contracts;

namespace CommandBroker.Grains;

/// <inheritdoc cref="ILocalQueues"/>
internal sealed class LocalQueues(TimeProvider clock) : ILocalQueues
{
    private readonly ConcurrentDictionary<string, LocalQueue> _queues = new(StringComparer.Ordinal);

    public bool IsIdle(string serverId) => _queues.TryGetValue(serverId, out LocalQueue? queue) && queue.IsIdleAt(clock.GetTimestamp());

    /// <summary>Adds the queue of an activation; a second activation's takes the place of the first one's.</summary>
    public LocalQueue Add(string serverId) => _queues[serverId] = new LocalQueue();

    /// <summary>Removes the queue of an activation that ends, unless another has taken its place.</summary>
    public void Remove(string serverId, LocalQueue queue) => _queues.TryRemove(new KeyValuePair<string, LocalQueue>(serverId, queue));
}
