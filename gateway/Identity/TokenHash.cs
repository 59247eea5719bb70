using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CommandBroker.Gateway.Identity;

/// <summary>SHA-256 of a token. Only hashes are looked up and compared, so the time an answer takes tells nothing about a stored token.</summary>
internal readonly record struct TokenHash(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>The longest token, in characters (vendor's API page).</summary>
    public const int MaxTokenLength = 16_384;

    private const int MaxStackLength = 256;

    /// <summary>Hashes a token of at most <see cref="MaxTokenLength"/> characters without leaving a copy of it behind.</summary>
    public static TokenHash Of(string token)
    {
        if (token.Length <= MaxStackLength)
        {
            Span<byte> utf8 = stackalloc byte[MaxStackLength * 3];
            return OfUtf8(utf8[..Encoding.UTF8.GetBytes(token, utf8)]);
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(token.Length * 3);
        try
        {
            return OfUtf8(rented.AsSpan(0, Encoding.UTF8.GetBytes(token, rented)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }

    /// <summary>Reads the stored form.</summary>
    /// <exception cref="FormatException">The text is not 64 hexadecimal digits.</exception>
    public static TokenHash FromHex(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        return bytes.Length == SHA256.HashSizeInBytes
            ? FromBytes(bytes)
            : throw new FormatException($"A token hash has {hex.Length} digits; 64 are needed.");
    }

    /// <summary>The stored form: 64 lower-case hexadecimal digits.</summary>
    public string ToHex()
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, A);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], B);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], C);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], D);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>Compares without telling by the time where they differ.</summary>
    public bool FixedTimeEquals(TokenHash other) => ((A ^ other.A) | (B ^ other.B) | (C ^ other.C) | (D ^ other.D)) == 0;

    // Already evenly spread: no need to mix again.
    /// <inheritdoc/>
    public override int GetHashCode() => (int)A;

    private static TokenHash OfUtf8(ReadOnlySpan<byte> utf8)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8, hash);
        return FromBytes(hash);
    }

    private static TokenHash FromBytes(ReadOnlySpan<byte> hash) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(hash),
        BinaryPrimitives.ReadUInt64LittleEndian(hash[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(hash[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(hash[24..]));
}
