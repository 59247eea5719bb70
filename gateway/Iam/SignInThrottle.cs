using CommandBroker.Identity.Signatures;

namespace CommandBroker.Gateway.Iam;

/// <summary>
/// Slows down who guesses passwords: for each user and for each address, after some refused sign-ins each further one has to wait twice as long
/// as the one before.
/// </summary>
/// <remarks>
/// <para>A user's wait has a low limit, because whoever knows a name could otherwise keep its user out; an address has a high one. Names that
/// do not exist are counted as those that do.</para>
/// <para>An attempt counts as refused from its beginning, so that many at one time are no way around. A right password clears the user's count and
/// gives back the address's one attempt, not more: an attacker's own account must not wash his address clean.</para>
/// <para>Memory is bounded by forgetting the longest untouched. Safe to call from many threads. Each gateway counts for itself.</para>
/// </remarks>
internal sealed class SignInThrottle(SignInThrottleOptions options)
{
    private readonly Lock _gate = new();
    private readonly FailureTable<UInt128> _users = new(options.MaxCount);
    private readonly FailureTable<ClientAddress> _addresses = new(options.MaxCount);

    /// <summary>How many users and addresses are remembered.</summary>
    public int Count => _users.Count + _addresses.Count;

    /// <summary>Begins an attempt.</summary>
    /// <param name="user">A hash of what the user is called.</param>
    /// <param name="address">Where it comes from.</param>
    /// <param name="now">The server's clock.</param>
    /// <param name="wait">How long to wait when the answer is false; such an attempt does not count.</param>
    public bool TryBegin(UInt128 user, ClientAddress address, DateTimeOffset now, out TimeSpan wait)
    {
        lock (_gate)
        {
            TimeSpan byUser = _users.WaitOf(user, now, options.FreeFailures, options.MaxUserDelay, options.ForgetAfter);
            TimeSpan byAddress = _addresses.WaitOf(address, now, options.FreeFailures, options.MaxAddressDelay, options.ForgetAfter);
            wait = byUser > byAddress ? byUser : byAddress;
            if (wait > TimeSpan.Zero)
            {
                return false;
            }

            _users.Add(user, now);
            _addresses.Add(address, now);
            return true;
        }
    }

    /// <summary>The password was right.</summary>
    public void Succeed(UInt128 user, ClientAddress address)
    {
        lock (_gate)
        {
            _users.Clear(user);
            _addresses.TakeBack(address);
        }
    }

    /// <summary>It was not found out whether the password was right.</summary>
    public void Withdraw(UInt128 user, ClientAddress address)
    {
        lock (_gate)
        {
            _users.TakeBack(user);
            _addresses.TakeBack(address);
        }
    }
}
