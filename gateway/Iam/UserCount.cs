using CommandBroker.Gateway.Identity;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Gateway.Iam;

/// <summary>
/// The attempts that a user still has. An address that takes the last one twice in a row leaves the next one to other addresses: so one address alone,
/// however fast it guesses, keeps a user out nowhere else, and delays it by two intervals at most.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
/// <param name="capacity">The attempts that there are at once; at least 1.</param>
/// <param name="interval">How long until there is one more.</param>
internal sealed class UserCount(int capacity, TimeSpan interval)
{
    private readonly RefillingBucket _attempts = new(capacity, interval);
    private volatile LastTaken? _last;

    /// <summary>Takes an attempt.</summary>
    /// <param name="address">Where it comes from.</param>
    /// <param name="now">The server's clock.</param>
    /// <param name="wait">How long to wait for the next when the answer is false: one interval at most; two from an address that is to leave it to others.</param>
    public bool TryTake(ClientAddress address, DateTimeOffset now, out TimeSpan wait)
    {
        LastTaken? own = _last is { } last && last.Address == address && now - last.At <= (capacity + 1) * interval ? last : null;
        wait = own is null ? TimeSpan.Zero : own.PausedUntil - now;

        // Not longer: a clock that was set back must not lock anybody out until the old time comes again.
        if (wait > TimeSpan.Zero && wait <= 2 * interval)
        {
            return false;
        }

        if (!_attempts.TryTake(now, out wait))
        {
            return false;
        }

        TimeSpan untilNext = _attempts.WaitOf(now);
        if (untilNext > TimeSpan.Zero)
        {
            _last = new LastTaken(address, now, own is null ? now : now + untilNext + interval);
        }

        return true;
    }

    /// <summary>Gives back an attempt that was taken.</summary>
    public void GiveBack(ClientAddress address)
    {
        _attempts.GiveBack();
        if (_last?.Address == address)
        {
            _last = null;
        }
    }

    /// <summary>Who took the last attempt, when, and until when it leaves the next one to others.</summary>
    private sealed record LastTaken(ClientAddress Address, DateTimeOffset At, DateTimeOffset PausedUntil);
}
