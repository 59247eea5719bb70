using System.Collections.Concurrent;
using CommandBroker.Contracts;

namespace CommandBroker.Grains;

/// <inheritdoc cref="ILocalQueues"/>
internal sealed class LocalQueues : ILocalQueues
{
    private readonly TimeProvider _clock;
    private readonly bool _hasGateway;
    private readonly ConcurrentDictionary<string, LocalQueue> _queues;
    private readonly ConcurrentDictionary<string, LocalQueue>.AlternateLookup<ReadOnlySpan<char>> _bySpan;

    /// <param name="clock">The silo's.</param>
    /// <param name="hasGateway">Whether a gateway in this process asks; without one no queue is found, and none takes a place here.</param>
    public LocalQueues(TimeProvider clock, bool hasGateway = true)
    {
        (_clock, _hasGateway) = (clock, hasGateway);
        _queues = new ConcurrentDictionary<string, LocalQueue>(StringComparer.Ordinal);
        _bySpan = _queues.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public bool IsIdle(ReadOnlySpan<char> key) => _bySpan.TryGetValue(key, out LocalQueue? queue) && queue.IsIdleAt(_clock.GetTimestamp());

    /// <summary>Adds the queue of an activation; a second activation's takes the place of the first one's.</summary>
    public LocalQueue Add(string key)
    {
        var queue = new LocalQueue();
        if (_hasGateway)
        {
            _queues[key] = queue;
        }

        return queue;
    }

    /// <summary>Removes the queue of an activation that ends, unless another has taken its place.</summary>
    public void Remove(string key, LocalQueue queue) => _queues.TryRemove(new KeyValuePair<string, LocalQueue>(key, queue));
}
