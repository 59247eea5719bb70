using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CommandBroker.Identity.Signatures;

/// <summary>
/// Five wrong signatures in a row lock a key for five minutes (the vendor's rule), but only for the address they came from.
/// </summary>
/// <remarks>
/// <para>An access key is no secret: it is in every request. Were the key itself locked, whoever has seen it could keep a whole fleet out by five
/// bad requests every five minutes. So failures are counted by (access key, address). A right signature from an address that didn't fail is
/// accepted whatever others do, and there is no lock that holds for all addresses. What is left to an attacker is his own address; who shares it
/// with him (the same NAT, or a proxy that isn't configured as trusted) shares the lock.</para>
/// <para>The lock isn't what protects the secret, which is far too long to be guessed. It makes a wrong secret visible, and its answers cheap.
/// Therefore memory is bounded by forgetting, never by refusing: an attacker who sprays keys or addresses at most resets counters, his own too.</para>
/// <para>Failures for keys that don't exist are counted alike; otherwise the lock would tell which exist. A wrong clock or a malformed header is no
/// failure: it says nothing about the secret. Requests refused while locked don't count, so a lock ends after its time. Each process counts for
/// itself; behind n gateways up to n times as many failures pass.</para>
/// <para>Safe to call from many threads. While nothing is remembered, a call takes no lock and hashes nothing.</para>
/// </remarks>
public sealed class KeyLock(KeyLockOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, LinkedListNode<Pair>> _pairs = [];

    /// <summary>The last to fail is last.</summary>
    private readonly LinkedList<Pair> _order = [];

    private volatile int _count;

    /// <summary>How many pairs are remembered; at most <see cref="KeyLockOptions.MaxPairCount"/>.</summary>
    public int Count => _count;

    /// <summary>Whether a request has to be refused, right or wrong. Ask before verifying.</summary>
    /// <param name="accessKey">The key it names, known or not.</param>
    /// <param name="address">Where it came from.</param>
    /// <param name="now">The server's clock.</param>
    /// <param name="remaining">How long the lock still holds; zero when there is none.</param>
    public bool IsLocked(ReadOnlySpan<char> accessKey, ClientAddress address, DateTimeOffset now, out TimeSpan remaining)
    {
        remaining = TimeSpan.Zero;
        if (_count == 0)
        {
            return false;
        }

        UInt128 id = Identify(accessKey, address);
        lock (_gate)
        {
            if (!_pairs.TryGetValue(id, out LinkedListNode<Pair>? node) || node.Value.LockedUntil is not { } until)
            {
                return false;
            }

            if (now >= until)
            {
                Forget(node);
                return false;
            }

            remaining = until - now;
            return true;
        }
    }

    /// <summary>Notes a Mismatch or KeyUnknown.</summary>
    /// <returns>Whether this failure locked; false also while it was locked already.</returns>
    public bool NoteFailure(ReadOnlySpan<char> accessKey, ClientAddress address, DateTimeOffset now)
    {
        UInt128 id = Identify(accessKey, address);
        lock (_gate)
        {
            if (_pairs.TryGetValue(id, out LinkedListNode<Pair>? node))
            {
                if (node.Value.LockedUntil > now)
                {
                    return false;
                }

                _order.Remove(node);
            }
            else
            {
                node = new LinkedListNode<Pair>(new Pair(id, 0, null));
                _pairs.Add(id, node);
            }

            int failures = (node.Value.LockedUntil is null ? node.Value.FailureCount : 0) + 1;
            bool isLocked = failures >= options.MaxFailureCount;
            node.Value = new Pair(id, failures, isLocked ? now + options.LockTimeout : null);
            _order.AddLast(node);
            while (_pairs.Count > options.MaxPairCount)
            {
                Forget(_order.First!);
            }

            _count = _pairs.Count;
            return isLocked;
        }
    }

    /// <summary>Notes a Valid: the next failure is the first of its row.</summary>
    public void NoteSuccess(ReadOnlySpan<char> accessKey, ClientAddress address)
    {
        if (_count == 0)
        {
            return;
        }

        UInt128 id = Identify(accessKey, address);
        lock (_gate)
        {
            if (_pairs.TryGetValue(id, out LinkedListNode<Pair>? node))
            {
                Forget(node);
            }
        }
    }

    /// <summary>A hash, so that an entry has one size whatever is sent, and no access key lies in memory that doesn't have to.</summary>
    private static UInt128 Identify(ReadOnlySpan<char> accessKey, ClientAddress address)
    {
        accessKey = accessKey[..Math.Min(accessKey.Length, AuthorizationHeader.MaxAccessKeyLength)];
        Span<byte> text = stackalloc byte[16 + (AuthorizationHeader.MaxAccessKeyLength * 3)];
        BinaryPrimitives.WriteUInt128BigEndian(text, address.Bits);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..(16 + Encoding.UTF8.GetBytes(accessKey, text[16..]))], hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    private void Forget(LinkedListNode<Pair> node)
    {
        _pairs.Remove(node.Value.Id);
        _order.Remove(node);
        _count = _pairs.Count;
    }

    private readonly record struct Pair(UInt128 Id, int FailureCount, DateTimeOffset? LockedUntil);
}
