using CommandBroker.Identity.Signatures;

namespace CommandBroker.Gateway.Identity;

/// <summary>The bodies of unproven callers that are waited for, by address. Who holds most makes room. Not safe for concurrent use.</summary>
/// <param name="maxCount">The most bodies.</param>
/// <param name="maxBytes">The most bytes; one body alone may have more.</param>
internal sealed class UnprovenPlaces(int maxCount, long maxBytes)
{
    /// <summary>What a body counts at least, since its connection costs as much before the first byte.</summary>
    public const int MinBytes = 4_096;

    private static readonly Comparer<Holder> MostFirst = Comparer<Holder>.Create(static (one, other) =>
        one.Share != other.Share ? other.Share.CompareTo(one.Share) : one.Oldest.Number.CompareTo(other.Oldest.Number));

    private readonly Dictionary<ClientAddress, Holder> _holders = [];
    private readonly SortedSet<Holder> _ranked = new(MostFirst);
    private long _lastNumber;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes that they count together.</summary>
    public long Bytes { get; private set; }

    /// <summary>Enters a body that has to be waited for, or notes that more of it came.</summary>
    /// <param name="place">The body; one that made room before stays out.</param>
    /// <param name="came">The bytes of it that are here.</param>
    /// <returns>The bodies that make room: the oldest of the address that holds most, perhaps this one.</returns>
    public List<UnprovenPlace> Settle(UnprovenPlace place, long came)
    {
        if (place is { Number: > 0, Node: null })
        {
            return [];
        }

        if (!_holders.TryGetValue(place.Address, out Holder? holder))
        {
            _holders[place.Address] = holder = new Holder();
        }

        if (holder.Places.Count > 0)
        {
            _ranked.Remove(holder);
        }

        if (place.Node is null)
        {
            place.Number = ++_lastNumber;
            place.Node = holder.Places.AddLast(place);
            Count++;
        }

        Weigh(holder, place, Math.Max(MinBytes, came));
        _ranked.Add(holder);
        return MakeRoom();
    }

    /// <summary>Takes a body out; one that is not there is harmless.</summary>
    public void Remove(UnprovenPlace place)
    {
        if (place.Node is not { } node)
        {
            return;
        }

        Holder holder = _holders[place.Address];
        _ranked.Remove(holder);
        Weigh(holder, place, 0);
        holder.Places.Remove(node);
        place.Node = null;
        Count--;
        if (holder.Places.Count > 0)
        {
            _ranked.Add(holder);
        }
        else
        {
            _holders.Remove(place.Address);
        }
    }

    private List<UnprovenPlace> MakeRoom()
    {
        List<UnprovenPlace> crowded = [];
        while (Count > 1 && (Count > maxCount || Bytes > maxBytes))
        {
            UnprovenPlace oldest = _ranked.Min!.Oldest;
            Remove(oldest);
            crowded.Add(oldest);
        }

        return crowded;
    }

    private void Weigh(Holder holder, UnprovenPlace place, long bytes)
    {
        holder.Share += ShareOf(bytes) - ShareOf(place.Bytes);
        Bytes += bytes - place.Bytes;
        place.Bytes = bytes;
    }

    // One measure for places and bytes: a place is worth its part of the bytes, however little came.
    private long ShareOf(long bytes) => bytes == 0 ? 0 : Math.Max(bytes, maxBytes / maxCount);

    /// <summary>What one address holds.</summary>
    private sealed class Holder
    {
        public LinkedList<UnprovenPlace> Places { get; } = [];

        public long Share { get; set; }

        public UnprovenPlace Oldest => Places.First!.Value;
    }
}
