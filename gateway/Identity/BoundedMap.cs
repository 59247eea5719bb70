using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace CommandBroker.Gateway.Identity;

/// <summary>A map that forgets some of its entries rather than grow beyond its capacity: whatever is in it can be had again.</summary>
/// <param name="capacity">The most entries.</param>
/// <param name="forgotten">Told of each entry that goes, for whatever reason; null when nobody need know.</param>
internal sealed class BoundedMap<TKey, TValue>(int capacity, Action<TValue>? forgotten = null)
    where TKey : notnull
    where TValue : class
{
    private readonly ConcurrentDictionary<TKey, TValue> _entries = new();
    private int _count;

    /// <summary>How many entries it has; during concurrent changes about so many.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Finds an entry.</summary>
    public bool TryGet(TKey key, [NotNullWhen(true)] out TValue? value) => _entries.TryGetValue(key, out value);

    /// <summary>Finds an entry, or adds one. Of several callers at one time all get the same.</summary>
    public TValue GetOrAdd(TKey key, Func<TValue> make)
    {
        if (_entries.TryGetValue(key, out TValue? found))
        {
            return found;
        }

        TValue fresh = make(), kept = _entries.GetOrAdd(key, fresh);
        if (ReferenceEquals(fresh, kept) && Interlocked.Increment(ref _count) > capacity)
        {
            ForgetSome();
        }

        return kept;
    }

    /// <summary>Adds an entry, or puts it in the place of another.</summary>
    public void Set(TKey key, TValue value)
    {
        Remove(key);
        if (!_entries.TryAdd(key, value))
        {
            // Somebody else was faster; what he has is as good.
            forgotten?.Invoke(value);
        }
        else if (Interlocked.Increment(ref _count) > capacity)
        {
            ForgetSome();
        }
    }

    /// <summary>Forgets an entry; none is harmless.</summary>
    public bool Remove(TKey key)
    {
        if (!_entries.TryRemove(key, out TValue? value))
        {
            return false;
        }

        Interlocked.Decrement(ref _count);
        forgotten?.Invoke(value);
        return true;
    }

    /// <summary>Forgets the entries that a condition holds for; walks over all.</summary>
    public void RemoveWhere(Func<TValue, bool> condition)
    {
        foreach (KeyValuePair<TKey, TValue> entry in _entries)
        {
            if (condition(entry.Value))
            {
                Remove(entry.Key);
            }
        }
    }

    // Which ones go does not matter. A sixteenth at a time, so that a full map is not walked for every new entry.
    private void ForgetSome()
    {
        int surplus = Math.Max(1, capacity / 16);
        foreach (KeyValuePair<TKey, TValue> entry in _entries)
        {
            if (Remove(entry.Key) && --surplus == 0)
            {
                return;
            }
        }
    }
}
