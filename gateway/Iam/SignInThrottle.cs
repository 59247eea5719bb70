using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using CommandBroker.Gateway.Identity;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Gateway.Iam;

/// <summary>
/// Slows down who guesses passwords: a user and an address may each fail some times at once, and after that once in an interval. Whoever has signed in
/// from an address before is counted there for itself, so neither guesses elsewhere nor others' failures there keep it out. Of a user who has not,
/// one address alone cannot take all attempts; see <see cref="UserCount"/>.
/// </summary>
/// <remarks>
/// <para>An attempt counts as refused from its beginning, so that many at one time are no way around. A right password clears the user's count and
/// gives back the address's one attempt, not more: an attacker's own account must not wash his address clean. Names that do not exist are counted as those that do.</para>
/// <para>Memory is bounded by forgetting. Safe to call from many threads. Each gateway counts for itself.</para>
/// </remarks>
internal sealed class SignInThrottle(IOptions<AdmissionOptions> options)
{
    private const int MaxCount = 50_000;

    private readonly AdmissionOptions _options = options.Value;
    private readonly BoundedMap<UInt128, UserCount> _users = new(MaxCount);
    private readonly BoundedMap<UInt128, RefillingBucket> _pairs = new(MaxCount);
    private readonly BoundedMap<ClientAddress, RefillingBucket> _addresses = new(MaxCount);

    /// <summary>How many users, addresses and pairs of them are remembered.</summary>
    public int Count => _users.Count + _addresses.Count + _pairs.Count;

    /// <summary>Begins an attempt.</summary>
    /// <param name="name">A hash of what the user is called.</param>
    /// <param name="address">Where it comes from.</param>
    /// <param name="now">The server's clock.</param>
    /// <param name="attempt">The attempt, when the answer is true.</param>
    /// <param name="wait">How long to wait when the answer is false; such an attempt does not count.</param>
    public bool TryBegin(UInt128 name, ClientAddress address, DateTimeOffset now, [NotNullWhen(true)] out SignInAttempt? attempt, out TimeSpan wait)
    {
        bool isKnown = _pairs.TryGet(PairOf(name, address), out RefillingBucket? bucket);
        bucket ??= _addresses.GetOrAdd(address, () => new RefillingBucket(_options.SignInFreeFailures, _options.SignInMaxAddressDelay));
        attempt = bucket.TryTake(now, out wait) ? new SignInAttempt(name, address, bucket, isKnown) : null;
        return attempt is not null;
    }

    /// <summary>Counts an attempt for its user, whichever name it came by. One of a known pair counts for the pair alone.</summary>
    /// <returns>False when the user has to wait; the attempt still costs its address then.</returns>
    public bool TryCount(SignInAttempt attempt, UInt128 user, DateTimeOffset now, out TimeSpan wait)
    {
        UserCount count = _users.GetOrAdd(user, () => new UserCount(_options.SignInFreeFailures, _options.SignInMaxUserDelay));
        if (!count.TryTake(attempt.Address, now, out wait))
        {
            return false;
        }

        (attempt.User, attempt.ByUser) = (user, count);
        return true;
    }

    /// <summary>The password was right.</summary>
    public void Succeed(SignInAttempt attempt)
    {
        attempt.ByAddress.GiveBack();
        if (attempt.User is { } user)
        {
            _users.Remove(user);
        }

        _pairs.GetOrAdd(PairOf(attempt.Name, attempt.Address), () => new RefillingBucket(_options.SignInFreeFailures, _options.SignInMaxUserDelay));
    }

    /// <summary>It was not found out whether the password was right.</summary>
    public void Withdraw(SignInAttempt attempt)
    {
        attempt.ByAddress.GiveBack();
        attempt.ByUser?.GiveBack(attempt.Address);
    }

    private static UInt128 PairOf(UInt128 name, ClientAddress address)
    {
        Span<byte> pair = stackalloc byte[32];
        BinaryPrimitives.WriteUInt128BigEndian(pair, name);
        BinaryPrimitives.WriteUInt128BigEndian(pair[16..], address.Bits);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(pair, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
