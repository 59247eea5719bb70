using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.GrainDirectory;

namespace CommandBroker.Silo.Clustering;

/// <summary>
/// What this silo knows of where activations live, so that a poll need not ask the directory. It holds at most <see cref="GrainDirectoryOptions.CacheSize"/>
/// entries, and forgets what was not used for one to two times <see cref="GrainDirectoryOptions.MaximumCacheTTL"/>. Any thread may call it.
/// </summary>
/// <remarks>
/// There are two generations. What is added or used is young; when the young are half of the size or as old as the limit, they become the old ones, and those go.
/// A wrong entry costs a hop each time. It must end by age: nobody tells a silo that an activation elsewhere has ended.
/// Takes the place of Orleans' own cache, for memory (docs/capacity.md). Versions are not kept: Orleans 10.4 gives them and never asks for them.
/// </remarks>
internal sealed class DirectoryCache : IGrainDirectoryCache
{
    // A dictionary that grows makes all its nodes anew, and what it had lies in the oldest generation of the heap until that is collected: as much again.
    private const int InitialCapacity = 131_072;

    private readonly int _maxGenerationCount;
    private readonly TimeSpan _maxAge;
    private readonly TimeProvider _clock;
    private readonly IncomingCalls? _calls;
    private readonly Lock _turning = new();
    private volatile Generations _generations;

    public DirectoryCache(IOptions<GrainDirectoryOptions> options, TimeProvider clock, IncomingCalls? calls = null)
    {
        _maxGenerationCount = Math.Max(1, options.Value.CacheSize / 2);
        _maxAge = options.Value.MaximumCacheTTL;
        _clock = clock;
        _calls = calls;
        _generations = NewGenerations(new Generation(0));
    }

    /// <inheritdoc/>
    public IEnumerable<(GrainAddress ActivationAddress, int Version)> KeyValues
    {
        get
        {
            Generations now = _generations;
            return now.Young.Entries.Concat(now.Old.Entries).Select(pair => (pair.Value, 0));
        }
    }

    /// <inheritdoc/>
    public void AddOrUpdate(GrainAddress value, int version)
    {
        Generations now;
        do
        {
            now = Current();
            now.Young.Set(value);
            now.Old.Entries.TryRemove(value.GrainId, out _);
        }
        while (_generations != now);
    }

    /// <inheritdoc/>
    public bool LookUp(GrainId key, [NotNullWhen(true)] out GrainAddress? result, out int version)
    {
        Generations now = Current();
        version = 0;
        bool known = now.Young.Entries.TryGetValue(key, out result) || TryRejuvenate(now, key, out result);
        _calls?.Note(key, result?.SiloAddress);
        return known;
    }

    /// <inheritdoc/>
    public bool Remove(GrainId key) => RemoveEverywhere(generation => generation.Entries.TryRemove(key, out _));

    /// <summary>Removes what is known of the address's grain if it is said to live in that silo.</summary>
    public bool Remove(GrainAddress key) => RemoveEverywhere(generation =>
        generation.Entries.TryGetValue(key.GrainId, out GrainAddress? known)
        && Equals(known.SiloAddress, key.SiloAddress)
        && generation.Entries.TryRemove(KeyValuePair.Create(key.GrainId, known)));

    /// <inheritdoc/>
    public void Clear()
    {
        lock (_turning)
        {
            _generations = NewGenerations(new Generation(0));
        }
    }

    /// <summary>The old ones first, as an entry that is used moves to the young ones; and again when the generations turned meanwhile.</summary>
    private bool RemoveEverywhere(Func<Generation, bool> remove)
    {
        bool removed = false;
        Generations now;
        do
        {
            now = _generations;
            removed |= remove(now.Old) | remove(now.Young);
        }
        while (_generations != now);

        return removed;
    }

    /// <summary>Moves an old entry to the young ones, as it is used.</summary>
    private static bool TryRejuvenate(Generations now, GrainId key, [NotNullWhen(true)] out GrainAddress? known)
    {
        if (!now.Old.Entries.TryGetValue(key, out known))
        {
            return false;
        }

        // One that was removed from the old ones meanwhile must not live on.
        if (now.Young.TryAdd(known) && !now.Old.Entries.TryRemove(KeyValuePair.Create(key, known)))
        {
            now.Young.Entries.TryRemove(KeyValuePair.Create(key, known));
        }

        return true;
    }

    /// <summary>The generations, turned when it is time.</summary>
    private Generations Current()
    {
        Generations now = _generations;
        TimeSpan age = _clock.GetElapsedTime(now.Since);
        if (age < _maxAge && now.Young.AddedCount < _maxGenerationCount)
        {
            return now;
        }

        lock (_turning)
        {
            if (_generations == now)
            {
                _generations = NewGenerations(age < 2 * _maxAge ? now.Young : new Generation(0));
            }

            return _generations;
        }
    }

    private Generations NewGenerations(Generation old) => new(new Generation(Math.Min(InitialCapacity, _maxGenerationCount)), old, _clock.GetTimestamp());

    private sealed class Generations(Generation young, Generation old, long since)
    {
        /// <summary>When the young ones began, in the clock's timestamps.</summary>
        public long Since { get; } = since;

        public Generation Young { get; } = young;

        public Generation Old { get; } = old;
    }

    private sealed class Generation(int capacity)
    {
        private int _addedCount;

        public ConcurrentDictionary<GrainId, GrainAddress> Entries { get; } = new(concurrencyLevel: -1, capacity);

        /// <summary>How often something was added; what was removed since is not taken off, as counting what is there would take every lock.</summary>
        public int AddedCount => Volatile.Read(ref _addedCount);

        public void Set(GrainAddress address)
        {
            if (!TryAdd(address))
            {
                Entries[address.GrainId] = address;
            }
        }

        public bool TryAdd(GrainAddress address)
        {
            if (!Entries.TryAdd(address.GrainId, address))
            {
                return false;
            }

            Interlocked.Increment(ref _addedCount);
            return true;
        }
    }
}
