using CommandBroker.Gateway.Http;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Gateway.Identity;

/// <summary>A body of an unproven caller that is being read. Its numbers and its node belong to <see cref="UnprovenPlaces"/>.</summary>
/// <param name="address">Where it comes from.</param>
internal sealed class UnprovenPlace(ClientAddress address)
{
    // Never disposed: it has no timer, and whoever makes room may cancel it late.
    private readonly CancellationTokenSource _cut = new();
    private int _reason = -1;

    /// <summary>Where it comes from.</summary>
    public ClientAddress Address { get; } = address;

    /// <summary>Which one it is in the order of coming; 0 while it has not been waited for.</summary>
    public long Number { get; set; }

    /// <summary>The bytes that it counts.</summary>
    public long Bytes { get; set; }

    /// <summary>Where it stands among those of its address; null before and after.</summary>
    public LinkedListNode<UnprovenPlace>? Node { get; set; }

    /// <summary>Cuts it when it does not come in time; null while it has not been waited for.</summary>
    public ITimer? Deadline { get; set; }

    /// <summary>Ends the reading.</summary>
    public CancellationToken Cancel => _cut.Token;

    /// <summary>Why it was cut; null when it was not.</summary>
    public RequestBodyStatus? Reason => Volatile.Read(ref _reason) is >= 0 and int reason ? (RequestBodyStatus)reason : null;

    /// <summary>Ends the reading for a reason; the first one counts.</summary>
    public void Cut(RequestBodyStatus reason)
    {
        Interlocked.CompareExchange(ref _reason, (int)reason, -1);
        _cut.Cancel();
    }
}
