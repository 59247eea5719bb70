namespace CommandBroker.Identity.Signatures;

/// <summary>RFC 3986's percent encoding over bytes: unreserved bytes stay, all others become <c>%XX</c> in upper case.</summary>
internal static class PercentCoding
{
    /// <summary>How many bytes one byte can become.</summary>
    public const int MaxGrowth = 3;

    private static readonly byte[] Unreserved = MakeUnreserved();

    /// <summary>Whether the byte stands for itself: a letter, a digit or one of <c>- . _ ~</c></summary>
    public static bool IsUnreserved(byte value) => Unreserved[value] != 0;

    /// <summary>Reads one byte and moves on. A percent sign without two hexadecimal digits behind it stands for itself, as in Python's SDK.</summary>
    public static byte Decode(ReadOnlySpan<byte> text, ref int position)
    {
        byte value = text[position++];
        if (value == '%' && position + 1 < text.Length && HexDigit(text[position]) is var high and >= 0 && HexDigit(text[position + 1]) is var low and >= 0)
        {
            position += 2;
            return (byte)((high << 4) | low);
        }

        return value;
    }

    /// <summary>Writes one byte in its encoded form.</summary>
    /// <returns>The position behind it.</returns>
    public static int Encode(byte value, Span<byte> destination, int position)
    {
        if (IsUnreserved(value))
        {
            destination[position] = value;
            return position + 1;
        }

        destination[position] = (byte)'%';
        destination[position + 1] = "0123456789ABCDEF"u8[value >> 4];
        destination[position + 2] = "0123456789ABCDEF"u8[value & 15];
        return position + 3;
    }

    /// <summary>Compares two decoded texts as their encoded forms would compare.</summary>
    /// <remarks>Every reserved byte starts with <c>%</c>, which sorts before all unreserved ones; two reserved ones differ in their digits.</remarks>
    public static int CompareEncoded(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        int same = one.CommonPrefixLength(other);
        return same == one.Length || same == other.Length ? one.Length - other.Length : Weight(one[same]) - Weight(other[same]);
    }

    private static int Weight(byte value) => IsUnreserved(value) ? 256 + value : value;

    private static int HexDigit(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        _ => -1,
    };

    private static byte[] MakeUnreserved()
    {
        var table = new byte[256];
        foreach (byte value in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"u8)
        {
            table[value] = 1;
        }

        return table;
    }
}
