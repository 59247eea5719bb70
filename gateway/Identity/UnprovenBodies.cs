using CommandBroker.Gateway.Http;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Gateway.Identity;

/// <summary>
/// Reads bodies of callers who have proven nothing yet: not longer than <c>Gateway:UnprovenBodyTimeout</c>, and only so many at one time, in number and in
/// the bytes that came. A body that is there already needs no place. When there is none, the address that holds most makes room with its oldest body:
/// whoever opens many, or sends slowly, keeps nobody out elsewhere.
/// </summary>
internal sealed class UnprovenBodies(IOptions<GatewayOptions> options, TimeProvider clock)
{
    private readonly Lock _turn = new();
    private readonly UnprovenPlaces _places = new(options.Value.MaxUnprovenBodies, options.Value.MaxUnprovenBodyBytes);
    private readonly TimeSpan _timeout = options.Value.UnprovenBodyTimeout;

    /// <summary>Those that are whole, while their callers are looked up.</summary>
    public HeldBodies Held { get; } = new(options.Value.MaxUnprovenBodyBytes);

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

    /// <summary>The bytes that they count together.</summary>
    public long Bytes
    {
        get
        {
            lock (_turn)
            {
                return _places.Bytes;
            }
        }
    }

    /// <summary>Reads and hashes a body, and leaves it unread for whoever reads it after; see <see cref="SignedBody.HashAsync"/>.</summary>
    /// <returns>Late when it did not come in time, Crowded when it had to make room.</returns>
    public async ValueTask<(RequestBodyStatus Status, byte[] Hash)> HashAsync(HttpContext context, int maxBytes)
    {
        var place = new UnprovenPlace(ClientAddress.From(context.Connection.RemoteIpAddress));
        try
        {
            (RequestBodyStatus status, byte[] hash) = await SignedBody.HashAsync(context, maxBytes, came => Wait(place, came), place.Cancel);
            return status == RequestBodyStatus.Cut && place.Reason is { } reason ? (reason, []) : (status, hash);
        }
        finally
        {
            Leave(place);
        }
    }

    private void Wait(UnprovenPlace place, long came)
    {
        place.Deadline ??= clock.CreateTimer(static late => ((UnprovenPlace)late!).Cut(RequestBodyStatus.Late), place, _timeout, Timeout.InfiniteTimeSpan);
        List<UnprovenPlace> crowded;
        lock (_turn)
        {
            crowded = _places.Settle(place, came);
        }

        // Outside of the lock: whoever waits for it may go on here.
        crowded.ForEach(static one => one.Cut(RequestBodyStatus.Crowded));
    }

    private void Leave(UnprovenPlace place)
    {
        if (place.Deadline is not { } deadline)
        {
            // It was there already, as most are.
            return;
        }

        deadline.Dispose();
        lock (_turn)
        {
            _places.Remove(place);
        }
    }
}
