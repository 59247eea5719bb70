using System.Buffers.Binary;

namespace CommandBroker.Identity.Signatures;

/// <summary>
/// Remembers each signature while it is good, so that a POST that arrives a second time is told from a new one. For calls that change something; a
/// poll is made to be repeated.
/// </summary>
/// <remarks>
/// <para>A signature is remembered until its X-Sdk-Date is too old to be accepted anyway. Only valid signatures may be put in, so nobody without a
/// key can fill it.</para>
/// <para>The tag stands for what decides the call's effect and is not signed, as a header that was set after signing. A repeat has the tag of the first.</para>
/// <para>Memory is bounded. When it is full the oldest is forgotten before its time, which <see cref="ForgottenEarlyCount"/> counts: refusing instead
/// would let one busy key stop all others.</para>
/// <para>Each process remembers for itself, and forgets at its end. What must hold beyond is decided by the store. TLS is what keeps requests from being
/// recorded.</para>
/// <para>X-Sdk-Date has whole seconds: two equal POSTs that one client signs within the same second have one signature and are one call.</para>
/// <para>Safe to call from many threads.</para>
/// </remarks>
public sealed class ReplayGuard
{
    private const int ShardCount = 16;
    private const ulong AnswerBits = 3;

    /// <summary>The highest number of an answer.</summary>
    public const int MaxAnswer = (int)AnswerBits;

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

    /// <summary>Takes a signature. Atomic: of several callers with one signature exactly one gets First.</summary>
    /// <param name="signature">Its 32 bytes. It must have been verified.</param>
    /// <param name="tag">What is not signed and decides the effect, as a number; its lowest two bits do not count.</param>
    /// <param name="signedAt">The request's X-Sdk-Date.</param>
    /// <param name="now">The server's clock.</param>
    /// <param name="answer">What was noted of it, from 1; 0 unless the verdict is Answered.</param>
    public ReplayVerdict Accept(ReadOnlySpan<byte> signature, ulong tag, DateTimeOffset signedAt, DateTimeOffset now, out int answer)
    {
        UInt128 id = Identify(signature);
        ReplayVerdict verdict = ShardOf(id).Accept(id, tag & ~AnswerBits, signedAt + _maxClockSkew, now, out answer, out int forgottenCount);
        if (forgottenCount > 0)
        {
            Interlocked.Add(ref _forgottenEarlyCount, forgottenCount);
        }

        return verdict;
    }

    /// <summary>Takes a signature of a call that nobody may repeat.</summary>
    /// <returns>Whether it is the first.</returns>
    public bool TryAccept(ReadOnlySpan<byte> signature, DateTimeOffset signedAt, DateTimeOffset now) =>
        Accept(signature, tag: 0, signedAt, now, out _) == ReplayVerdict.First;

    /// <summary>Notes that the call of a signature was answered, and need not be carried out again. Nothing when it was forgotten.</summary>
    /// <param name="signature">Its 32 bytes.</param>
    /// <param name="answer">What the answer was: 1 to <see cref="MaxAnswer"/>, whose meaning is the caller's.</param>
    public void NoteAnswered(ReadOnlySpan<byte> signature, int answer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(answer, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(answer, MaxAnswer);
        UInt128 id = Identify(signature);
        ShardOf(id).NoteAnswered(id, (ulong)answer);
    }

    // Half of an HMAC is as unlikely to meet another by chance as is needed, and half the memory.
    private static UInt128 Identify(ReadOnlySpan<byte> signature) => BinaryPrimitives.ReadUInt128BigEndian(signature);

    private Shard ShardOf(UInt128 id) => _shards[(int)(id % ShardCount)];

    private sealed class Shard(int capacity)
    {
        private readonly Lock _gate = new();

        /// <summary>The tag of each, and in its lowest bits what it was answered with.</summary>
        private readonly Dictionary<UInt128, ulong> _tags = [];

        /// <summary>In the order they came, which is nearly the order they end in: one may stay longer than it has to, never shorter.</summary>
        private readonly Queue<(UInt128 Id, DateTimeOffset GoodUntil)> _order = [];

        public int Count
        {
            get
            {
                lock (_gate)
                {
                    return _tags.Count;
                }
            }
        }

        public ReplayVerdict Accept(UInt128 id, ulong tag, DateTimeOffset goodUntil, DateTimeOffset now, out int answer, out int forgottenCount)
        {
            answer = 0;
            forgottenCount = 0;
            lock (_gate)
            {
                while (_order.TryPeek(out var oldest) && oldest.GoodUntil < now)
                {
                    Forget();
                }

                if (_tags.TryGetValue(id, out ulong first))
                {
                    if ((first & ~AnswerBits) != tag)
                    {
                        return ReplayVerdict.Changed;
                    }

                    answer = (int)(first & AnswerBits);
                    return answer > 0 ? ReplayVerdict.Answered : ReplayVerdict.Repeated;
                }

                _tags.Add(id, tag);
                _order.Enqueue((id, goodUntil));
                for (; _tags.Count > capacity; forgottenCount++)
                {
                    Forget();
                }

                return ReplayVerdict.First;
            }
        }

        public void NoteAnswered(UInt128 id, ulong answer)
        {
            lock (_gate)
            {
                if (_tags.TryGetValue(id, out ulong tag))
                {
                    _tags[id] = (tag & ~AnswerBits) | answer;
                }
            }
        }

        private void Forget() => _tags.Remove(_order.Dequeue().Id);
    }
}
