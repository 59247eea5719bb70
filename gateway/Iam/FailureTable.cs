namespace CommandBroker.Gateway.Iam;

/// <summary>Counts failures by key, the longest untouched forgotten first. For one thread at a time.</summary>
internal sealed class FailureTable<TKey>(int maxCount)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _order = [];

    /// <summary>How many keys are remembered.</summary>
    public int Count => _entries.Count;

    /// <summary>How long the next attempt has to wait: nothing for the first <paramref name="free"/>, then 1 s, doubled with each further one.</summary>
    public TimeSpan WaitOf(TKey key, DateTimeOffset now, int free, TimeSpan max, TimeSpan forgetAfter)
    {
        if (!_entries.TryGetValue(key, out LinkedListNode<Entry>? node))
        {
            return TimeSpan.Zero;
        }

        TimeSpan rested = now - node.Value.LastAt;
        if (rested > forgetAfter)
        {
            Clear(key);
            return TimeSpan.Zero;
        }

        int beyond = node.Value.Count - free;
        TimeSpan delay = beyond < 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(Math.Pow(2, Math.Min(beyond, 40)), max.TotalSeconds));

        // A clock that was set back must not make the wait longer than it is.
        TimeSpan wait = delay - (rested < TimeSpan.Zero ? TimeSpan.Zero : rested);
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    /// <summary>Counts one more.</summary>
    public void Add(TKey key, DateTimeOffset now)
    {
        int count = 0;
        if (_entries.TryGetValue(key, out LinkedListNode<Entry>? node))
        {
            count = node.Value.Count;
            _order.Remove(node);
        }

        _entries[key] = _order.AddLast(new Entry(key, count + 1, now));
        if (_entries.Count > maxCount)
        {
            Clear(_order.First!.Value.Key);
        }
    }

    /// <summary>Counts one less.</summary>
    public void TakeBack(TKey key)
    {
        if (_entries.TryGetValue(key, out LinkedListNode<Entry>? node))
        {
            if (node.Value.Count <= 1)
            {
                Clear(key);
            }
            else
            {
                node.Value = node.Value with { Count = node.Value.Count - 1 };
            }
        }
    }

    /// <summary>Forgets a key.</summary>
    public void Clear(TKey key)
    {
        if (_entries.Remove(key, out LinkedListNode<Entry>? node))
        {
            _order.Remove(node);
        }
    }

    private readonly record struct Entry(TKey Key, int Count, DateTimeOffset LastAt);
}
