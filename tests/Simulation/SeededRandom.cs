namespace CommandBroker.Simulation;

/// <summary>A small generator whose numbers follow from the seed alone, on every machine and release of .NET (SplitMix64).</summary>
internal sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A number from 0 to one less than <paramref name="count"/>.</summary>
    public int Next(int count) => (int)(NextBits() % (ulong)count);

    /// <summary>True in so many of a hundred cases.</summary>
    public bool Percent(int chance) => Next(100) < chance;

    /// <summary>One of them.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    private ulong NextBits()
    {
        ulong bits = _state += 0x9E3779B97F4A7C15;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
