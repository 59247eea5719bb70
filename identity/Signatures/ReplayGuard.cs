using System.Buffers.Binary;

namespace CommandBroker.Identity.Signatures;

/// <summary>
/// Accepts each signature once while it is good, so that a recorded POST can't be sent a second time. For calls that change something; a poll is made to
/// be repeated, and SDKs do repeat it with the same signature when a connection breaks.
/// </summary>
/// <remarks>
/// <para>A signature is remembered until its X-Sdk-Date is too old to be accepted anyway. Only valid signatures may be put in, so nobody without a
/// key can fill it.</para>
/// <para>Memory is bounded. When it is full the oldest is forgotten before its time, which <see cref="ForgottenEarlyCount"/> counts: refusing instead
/// would let one busy key stop all others.</para>
/// <para>Each process remembers for itself. Between several gateways a POST can be replayed once at each that hasn't seen it, within the allowed skew.
/// What it does then is bounded by the calls themselves: a report is matched once, an enqueue with an idempotency key adds once. TLS is what keeps
/// requests from being recorded.</para>
/// <para>X-Sdk-Date has whole seconds: two equal POSTs that one client signs within the same second have one signature, and the second is refused.</para>
/// <para>Safe to call from many threads.</para>
/// </remarks>
public sealed class ReplayGuard
{
    private const int ShardCount = 16;

    private readonly Shard[] _shards = new Shard[ShardCount];
    private readonly TimeSpan _maxClockSkew;
    private long _forgottenEarlyCount;

    /// <summary>Makes an empty guard.</summary>
    /// <param name="options">How much is remembered.</param>
    /// <param name="signatures">How long a signature is good: the options its requests are verified by.</param>
    public ReplayGuard(ReplayGuardOptions options, SignatureOptions signatures)
    {
        _maxClockSkew = signatures.MaxClockSkew;
        for (int i = 0; i < ShardCount; i++)
        {
            _shards[i] = new Shard(Math.Max(1, options.MaxSignatureCount / ShardCount));
        }
    }

    /// <summary>How many signatures are remembered now; those whose time is over count until the next call that meets them.</summary>
    public int Count => _shards.Sum(shard => shard.Count);

    /// <summary>How many were forgotten while they could still have been replayed. More than none means that the limit is too small.</summary>
    public long ForgottenEarlyCount => Interlocked.Read(ref _forgottenEarlyCount);

    /// <summary>Accepts a signature unless it was accepted before. Atomic: of several callers with one signature exactly one gets true.</summary>
    /// <param name="signature">Its 32 bytes. It must have been verified.</param>
    /// <param name="signedAt">The request's X-Sdk-Date.</param>
    /// <param name="now">The server's clock.</param>
    public bool TryAccept(ReadOnlySpan<byte> signature, DateTimeOffset signedAt, DateTimeOffset now)
    {
        // Half of an HMAC is as unlikely to meet another by chance as is needed, and half the memory.
        UInt128 id = BinaryPrimitives.ReadUInt128BigEndian(signature);
        bool isNew = _shards[(int)(id % ShardCount)].TryAdd(id, signedAt + _maxClockSkew, now, out int forgottenCount);
        if (forgottenCount > 0)
        {
            Interlocked.Add(ref _forgottenEarlyCount, forgottenCount);
        }

        return isNew;
    }

    private sealed class Shard(int capacity)
    {
        private readonly Lock _gate = new();
        private readonly HashSet<UInt128> _ids = [];

        /// <summary>In the order they came, which is nearly the order they end in: one may stay longer than it has to, never shorter.</summary>
        private readonly Queue<(UInt128 Id, DateTimeOffset GoodUntil)> _order = [];

        public int Count
        {
            get
            {
                lock (_gate)
                {
                    return _ids.Count;
                }
            }
        }

        public bool TryAdd(UInt128 id, DateTimeOffset goodUntil, DateTimeOffset now, out int forgottenCount)
        {
            forgottenCount = 0;
            lock (_gate)
            {
                while (_order.TryPeek(out var oldest) && oldest.GoodUntil < now)
                {
                    Forget();
                }

                if (!_ids.Add(id))
                {
                    return false;
                }

                _order.Enqueue((id, goodUntil));
                for (; _ids.Count > capacity; forgottenCount++)
                {
                    Forget();
                }

                return true;
            }
        }

        private void Forget() => _ids.Remove(_order.Dequeue().Id);
    }
}
