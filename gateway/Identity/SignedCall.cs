using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Gateway.Identity;

/// <summary>
/// A signed call that its transport may send twice, an enqueue or a report: who carries it out answers the second as the first. Beside a request
/// while it is carried out; requests that may not be repeated, and those by token, have none.
/// </summary>
internal sealed class SignedCall(SignatureUse use, ReplayGuard used, SignedAnswer answer, DateTimeOffset goodUntil)
{
    private readonly byte[] _hash = SHA256.HashData(use.Signature);

    /// <summary>What this gateway has answered it with before; nothing is left to do then but to give that answer again.</summary>
    public SignedAnswer Answer { get; } = answer;

    /// <summary>Whether its <c>Idempotency-Key</c> is signed.</summary>
    public bool IsKeySigned => use.IsKeySigned;

    /// <summary>What decides its effect and is not signed, as a number.</summary>
    public ulong Tag => use.Tag;

    /// <summary>When its signature is too old to be accepted.</summary>
    public DateTimeOffset GoodUntil { get; } = goodUntil;

    /// <summary>Stands for its signature: 32 hexadecimal digits that lead to no signature.</summary>
    public string Id => Convert.ToHexStringLower(_hash.AsSpan(0, 16));

    /// <summary>Which grain remembers it.</summary>
    public long Shard => BinaryPrimitives.ReadUInt16BigEndian(_hash.AsSpan(16)) % ISignatureClaimGrain.ShardCount;

    /// <summary>Stands for its signature in a queue's report; null when a signed number says which command it is about, so that nothing need be remembered.</summary>
    public ulong? ReportTag => use.IsCommandIdSigned ? null : (BinaryPrimitives.ReadUInt64BigEndian(_hash) >> 8) | 2;

    /// <summary>That of a request; null when it has none.</summary>
    public static SignedCall? Of(HttpContext context) => context.Features.Get<SignedCall>();

    /// <summary>The idempotency key of a command whose caller names none, so that the queue knows it when the call is repeated.</summary>
    /// <param name="line">The command's line in a batch; 0 for the only one.</param>
    public string KeyOf(long line = 0) => line == 0 ? $"signature:{Id}" : string.Create(CultureInfo.InvariantCulture, $"signature:{Id}:{line}");

    /// <summary>Notes what it was answered with.</summary>
    public void NoteAnswered(SignedAnswer given) => used.NoteAnswered(use.Signature, (int)given);
}
