using CommandBroker.Gateway.Http;

namespace CommandBroker.Gateway.Identity;

/// <summary>
/// Reads bodies of callers who have proven nothing yet: not longer than <c>Gateway:UnprovenBodyTimeout</c>, and only so many at one time, in number and in
/// bytes. A body that is there already needs no place. When there is none, the body that has been waited for longest makes room: whoever sends slowly
/// keeps nobody out.
/// </summary>
internal sealed class UnprovenBodies(IOptions<GatewayOptions> options, TimeProvider clock)
{
    private readonly Lock _turn = new();
    private readonly LinkedList<Place> _places = [];
    private readonly int _maxCount = options.Value.MaxUnprovenBodies;
    private readonly long _maxBytes = options.Value.MaxUnprovenBodyBytes;
    private readonly TimeSpan _timeout = options.Value.UnprovenBodyTimeout;
    private long _bytes;

    /// <summary>How many are waited for.</summary>
    public int Count
    {
        get
        {
            lock (_turn)
            {
                return _places.Count;
            }
        }
    }

    /// <summary>Reads and hashes a body, and leaves it unread for whoever reads it after; see <see cref="SignedBody.HashAsync"/>.</summary>
    /// <returns>Late when it did not come in time, Crowded when it had to make room.</returns>
    public async ValueTask<(RequestBodyStatus Status, byte[] Hash)> HashAsync(HttpContext context, int maxBytes)
    {
        // Never disposed: it has no timer, and whoever makes room may cancel it late.
        var cut = new CancellationTokenSource();
        ValueTask<(RequestBodyStatus Status, byte[] Hash)> reading = SignedBody.HashAsync(context, maxBytes, cut.Token);
        if (reading.IsCompleted)
        {
            return await reading;
        }

        Place place = Enter(cut, Math.Min(context.Request.ContentLength ?? maxBytes, maxBytes));
        await using ITimer deadline = clock.CreateTimer(static late => ((Place)late!).Cut(RequestBodyStatus.Late), place, _timeout, Timeout.InfiniteTimeSpan);
        try
        {
            (RequestBodyStatus status, byte[] hash) = await reading;
            return status == RequestBodyStatus.Cut && place.Reason is { } reason ? (reason, []) : (status, hash);
        }
        finally
        {
            Leave(place);
        }
    }

    private Place Enter(CancellationTokenSource cut, long bytes)
    {
        var place = new Place(cut, bytes);
        List<Place> crowded = [];
        lock (_turn)
        {
            while (_places.First is { } oldest && (_places.Count >= _maxCount || _bytes + bytes > _maxBytes))
            {
                Remove(oldest.Value);
                crowded.Add(oldest.Value);
            }

            place.Node = _places.AddLast(place);
            _bytes += bytes;
        }

        // Outside of the lock: whoever waits for it may go on here.
        crowded.ForEach(one => one.Cut(RequestBodyStatus.Crowded));
        return place;
    }

    private void Leave(Place place)
    {
        lock (_turn)
        {
            Remove(place);
        }
    }

    private void Remove(Place place)
    {
        if (place.Node is { } node)
        {
            _places.Remove(node);
            _bytes -= place.Bytes;
            place.Node = null;
        }
    }

    private sealed class Place(CancellationTokenSource cut, long bytes)
    {
        private int _reason = -1;

        public long Bytes { get; } = bytes;

        public LinkedListNode<Place>? Node { get; set; }

        /// <summary>Why it was cut; null when it was not.</summary>
        public RequestBodyStatus? Reason => Volatile.Read(ref _reason) is >= 0 and int reason ? (RequestBodyStatus)reason : null;

        public void Cut(RequestBodyStatus reason)
        {
            Interlocked.CompareExchange(ref _reason, (int)reason, -1);
            cut.Cancel();
        }
    }
}
