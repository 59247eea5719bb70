using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.GrainDirectory;

namespace CommandBroker.Silo.Clustering;

/// <summary>
/// What this silo knows of where activations live, so that a poll need not ask the directory: at most <see cref="GrainDirectoryOptions.CacheSize"/>
/// entries, of which those that were not used for the longest time go first, half of all at once. A wrong entry costs a hop and is then removed
/// by Orleans. Any thread may call it.
/// </summary>
/// <remarks>
/// Takes the place of Orleans' own cache, which has two objects of 152 bytes and a place in a queue for each entry where this has one of 72, and room for a
/// million entries from the start, of which the first thousands touch every page (docs/capacity.md).
/// Versions are not kept: Orleans 10.4 gives them and never asks for them.
/// </remarks>
internal sealed class DirectoryCache : IGrainDirectoryCache
{
    // A dictionary that grows makes all its nodes anew, and what it had lies in the oldest generation until that is collected: as much again.
    private const int InitialCapacity = 131_072;

    private readonly int _maxGenerationCount;
    private readonly Lock _turning = new();
    private volatile Generations _generations;

    public DirectoryCache(IOptions<GrainDirectoryOptions> options)
    {
        _maxGenerationCount = Math.Max(1, options.Value.CacheSize / 2);
        _generations = new Generations(NewGeneration(), new Generation(0));
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
        Generations now = _generations;
        now.Young.Set(value);
        now.Old.Entries.TryRemove(value.GrainId, out _);
        TurnWhenFull(now);
    }

    /// <inheritdoc/>
    public bool LookUp(GrainId key, [NotNullWhen(true)] out GrainAddress? result, out int version)
    {
        Generations now = _generations;
        version = 0;
        return now.Young.Entries.TryGetValue(key, out result) || TryRejuvenate(now, key, out result);
    }

    /// <inheritdoc/>
    public bool Remove(GrainId key)
    {
        Generations now = _generations;
        return now.Old.Entries.TryRemove(key, out _) | now.Young.Entries.TryRemove(key, out _);
    }

    /// <summary>Removes what is known of the address's grain if it is said to live in that silo.</summary>
    public bool Remove(GrainAddress key)
    {
        Generations now = _generations;
        return RemoveFrom(now.Old, key) | RemoveFrom(now.Young, key);
    }

    /// <inheritdoc/>
    public void Clear()
    {
        lock (_turning)
        {
            _generations = new Generations(NewGeneration(), new Generation(0));
        }
    }

    private static bool RemoveFrom(Generation generation, GrainAddress address) =>
        generation.Entries.TryGetValue(address.GrainId, out GrainAddress? known)
        && Equals(known.SiloAddress, address.SiloAddress)
        && generation.Entries.TryRemove(KeyValuePair.Create(address.GrainId, known));

    /// <summary>Moves an old entry to the young ones, as it is used.</summary>
    private bool TryRejuvenate(Generations now, GrainId key, [NotNullWhen(true)] out GrainAddress? known)
    {
        if (!now.Old.Entries.TryGetValue(key, out known))
        {
            return false;
        }

        if (now.Young.TryAdd(known))
        {
            // Who removes an entry looks among the old ones first: one that he removed there meanwhile must not live on.
            if (!now.Old.Entries.TryRemove(KeyValuePair.Create(key, known)))
            {
                now.Young.Entries.TryRemove(KeyValuePair.Create(key, known));
            }

            TurnWhenFull(now);
        }

        return true;
    }

    private void TurnWhenFull(Generations full)
    {
        if (full.Young.AddedCount < _maxGenerationCount)
        {
            return;
        }

        lock (_turning)
        {
            if (_generations == full)
            {
                _generations = new Generations(NewGeneration(), full.Young);
            }
        }
    }

    private Generation NewGeneration() => new(Math.Min(InitialCapacity, _maxGenerationCount));

    private sealed class Generations(Generation young, Generation old)
    {
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
