using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace CommandBroker.Identity.Tokens;

/// <summary>
/// The form of issued tokens: <c>cb1.</c>, 99 characters with the payload, a dot, and 86 characters with the signature, both base64url without
/// padding. Of one payload and one signature there is one text: whatever could be written in two ways is refused. Of a signature whoever has it can make a second
/// one, as ECDSA allows; so nothing that must hold for a token goes by its text.
/// </summary>
/// <remarks>
/// Payload, big-endian: version 1 (1 byte), key id (8), token id (16), flags (1; bit 0: domain-scoped), principal id (16), project id (16),
/// issued at and expires at (8 each; UTC ticks of 100 ns). What is signed is the ASCII text before the second dot.
/// </remarks>
public static class TokenText
{
    /// <summary>What every issued token begins with.</summary>
    public const string Prefix = "cb1.";

    /// <summary>The length of every issued token, in characters.</summary>
    public const int Length = SignedLength + 1 + SignatureLength;

    internal const int SignatureByteCount = 64;
    internal const int SignedLength = 4 + PayloadLength;
    private const int PayloadByteCount = 74;
    private const int PayloadLength = 99;
    private const int SignatureLength = 86;
    private const byte Version = 1;
    private const byte DomainScoped = 1;

    /// <summary>Whether a text means to be an issued token, so that it need not be looked up among those that were given to the broker.</summary>
    public static bool IsMeant(ReadOnlySpan<char> text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Reads a token without checking its signature.</summary>
    /// <param name="text">What was given; any length, any characters.</param>
    /// <param name="payload">What it says, when the answer is true: nothing of it is to be believed yet.</param>
    /// <param name="signed">Gets what was signed: <see cref="SignedLength"/> bytes.</param>
    /// <param name="signature">Gets the signature: 64 bytes.</param>
    internal static bool TryRead(ReadOnlySpan<char> text, [NotNullWhen(true)] out TokenPayload? payload, Span<byte> signed, Span<byte> signature)
    {
        payload = null;
        Span<byte> bytes = stackalloc byte[PayloadByteCount];
        if (text.Length != Length || !IsMeant(text) || text[SignedLength] != '.'
            || Encoding.ASCII.GetBytes(text[..SignedLength], signed) != SignedLength
            || !TryDecode(text[Prefix.Length..SignedLength], bytes)
            || !TryDecode(text[(SignedLength + 1)..], signature))
        {
            return false;
        }

        payload = Read(bytes);
        return payload is not null;
    }

    /// <summary>Writes the part that is signed.</summary>
    internal static string WriteSigned(TokenPayload payload)
    {
        Span<byte> bytes = stackalloc byte[PayloadByteCount];
        bytes[0] = Version;
        Convert.FromHexString(payload.KeyId, bytes[1..9], out _, out _);
        Convert.FromHexString(payload.TokenId, bytes[9..25], out _, out _);
        bytes[25] = payload.IsDomainScoped ? DomainScoped : (byte)0;
        Convert.FromHexString(payload.PrincipalId, bytes[26..42], out _, out _);
        Convert.FromHexString(payload.ProjectId, bytes[42..58], out _, out _);
        BinaryPrimitives.WriteInt64BigEndian(bytes[58..], payload.IssuedAt.UtcTicks);
        BinaryPrimitives.WriteInt64BigEndian(bytes[66..], payload.ExpiresAt.UtcTicks);
        return Prefix + Base64Url.EncodeToString(bytes);
    }

    private static TokenPayload? Read(ReadOnlySpan<byte> bytes)
    {
        long issuedAt = BinaryPrimitives.ReadInt64BigEndian(bytes[58..]);
        long expiresAt = BinaryPrimitives.ReadInt64BigEndian(bytes[66..]);
        if (bytes[0] != Version || bytes[25] > DomainScoped || issuedAt < 0 || expiresAt < issuedAt || expiresAt > DateTimeOffset.MaxValue.UtcTicks)
        {
            return null;
        }

        return new TokenPayload
        {
            KeyId = Convert.ToHexStringLower(bytes[1..9]),
            TokenId = Convert.ToHexStringLower(bytes[9..25]),
            IsDomainScoped = bytes[25] == DomainScoped,
            PrincipalId = Convert.ToHexStringLower(bytes[26..42]),
            ProjectId = Convert.ToHexStringLower(bytes[42..58]),
            IssuedAt = new DateTimeOffset(issuedAt, TimeSpan.Zero),
            ExpiresAt = new DateTimeOffset(expiresAt, TimeSpan.Zero),
        };
    }

    /// <summary>Decodes, and encodes again: bits beyond the last byte and white space would make a second text of the same payload.</summary>
    private static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        Span<char> again = stackalloc char[PayloadLength];
        return Base64Url.DecodeFromChars(text, bytes, out _, out int length) == OperationStatus.Done && length == bytes.Length
            && Base64Url.TryEncodeToChars(bytes, again, out int written) && text.SequenceEqual(again[..written]);
    }
}
