using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace CommandBroker.Gateway.Identity;

/// <summary>
/// Answers that silos gave, remembered until they are told to have changed; that there is none is remembered for a short time. Of several
/// who ask for the same at one time one goes, the others wait for his answer; whoever comes after a change asks anew.
/// </summary>
/// <typeparam name="TKey">By what is asked.</typeparam>
/// <typeparam name="TView">What a silo answers.</typeparam>
/// <typeparam name="TValue">What is remembered of it.</typeparam>
internal sealed class LookupCache<TKey, TView, TValue>
    where TKey : notnull
    where TView : class
    where TValue : class, IRemembered
{
    private readonly BoundedMap<TKey, TValue> _known;
    private readonly BoundedMap<TKey, Absence> _unknown;
    private readonly BoundedMap<TKey, Absence> _refused;
    private readonly ConcurrentDictionary<(TKey Key, long Number), Lazy<Task<TValue?>>> _asked = new();
    private readonly LookupParts _parts;
    private readonly Func<TKey, ValueTask<TView?>> _ask;
    private readonly Func<TView, bool, TValue> _make;

    /// <param name="parts">What all caches share.</param>
    /// <param name="ask">Asks a silo; null when there is none.</param>
    /// <param name="make">Makes what is remembered. False says that it will not be, so that it must not be tied to what is.</param>
    public LookupCache(LookupParts parts, Func<TKey, ValueTask<TView?>> ask, Func<TView, bool, TValue> make)
    {
        _parts = parts;
        _ask = ask;
        _make = make;
        _known = new BoundedMap<TKey, TValue>(parts.Options.MaxCachedCredentials, value => value.Forget());
        _unknown = new BoundedMap<TKey, Absence>(parts.Options.MaxCachedUnknown);
        _refused = new BoundedMap<TKey, Absence>(parts.Options.MaxCachedUnknown);
    }

    /// <summary>How many are remembered as known.</summary>
    public int KnownCount => _known.Count;

    /// <summary>How many are remembered as unknown.</summary>
    public int UnknownCount => _unknown.Count;

    /// <summary>Finds one that is known.</summary>
    public bool TryGetKnown(TKey key, [NotNullWhen(true)] out TValue? value) => _known.TryGet(key, out value) && !value.IsForgotten;

    /// <summary>Answers without asking, if it can.</summary>
    /// <returns>True when the answer is known; it is null when there is none.</returns>
    public bool TryGet(TKey key, DateTimeOffset now, out TValue? value)
    {
        if (TryGetKnown(key, out value))
        {
            return true;
        }

        value = null;
        return _unknown.TryGet(key, out Absence? absence) && now < absence.Until;
    }

    /// <summary>Answers, asking if need be; null when there is none.</summary>
    public ValueTask<TValue?> FindAsync(TKey key, DateTimeOffset now) =>
        TryGet(key, now, out TValue? value) ? new ValueTask<TValue?>(value) : new ValueTask<TValue?>(AskAsync(key));

    /// <summary>Asks, whatever is remembered, and remembers the answer.</summary>
    public async Task<TValue?> AskAsync(TKey key)
    {
        // An answer that was asked for before a change says nothing to a request that came after it.
        (TKey, long) asked = (key, _parts.Fence.Number);
        Lazy<Task<TValue?>> question = _asked.GetOrAdd(asked, static (id, cache) => new Lazy<Task<TValue?>>(() => cache.AskOnceAsync(id.Key)), this);
        try
        {
            return await question.Value;
        }
        finally
        {
            _asked.TryRemove(new KeyValuePair<(TKey, long), Lazy<Task<TValue?>>>(asked, question));
        }
    }

    /// <summary>Whether a proof by this key was refused a short time ago. Known and unknown keys are noted alike.</summary>
    public bool WasRefused(TKey key, DateTimeOffset now) => _refused.TryGet(key, out Absence? refused) && now < refused.Until;

    /// <summary>Notes that a proof by this key was refused.</summary>
    public void NoteRefused(TKey key, DateTimeOffset now)
    {
        if (!WasRefused(key, now))
        {
            _refused.Set(key, new Absence(now + _parts.Options.UnknownLifetime));
        }
    }

    /// <summary>Remembers one that came with another answer. Call it behind the fence.</summary>
    public void Keep(TKey key, TValue value)
    {
        _unknown.Remove(key);
        _known.Set(key, value);
    }

    /// <summary>Forgets what is remembered of a key.</summary>
    public void Forget(TKey key)
    {
        _known.Remove(key);
        _unknown.Remove(key);
    }

    /// <summary>Forgets those that a condition holds for.</summary>
    public void ForgetWhere(Func<TValue, bool> condition) => _known.RemoveWhere(condition);

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _known.RemoveWhere(_ => true);
        _unknown.RemoveWhere(_ => true);
    }

    private async Task<TValue?> AskOnceAsync(TKey key)
    {
        long number = _parts.Fence.Number;
        TView? view = await _parts.Gate.RunAsync(() => _ask(key));
        TValue? value = null;
        bool isKept = _parts.Fence.TryKeep(number, () =>
        {
            if (view is null)
            {
                _known.Remove(key);
                _unknown.Set(key, new Absence(_parts.Clock.GetUtcNow() + _parts.Options.UnknownLifetime));
                return;
            }

            value = _make(view, true);
            Keep(key, value);
        });
        return isKept || view is null ? value : _make(view, false);
    }

    private sealed record Absence(DateTimeOffset Until);
}
