namespace CommandBroker.Identity.Signatures;

/// <summary>The path as a signer writes it: each segment decoded and encoded again, a slash at the end.</summary>
/// <remarks>
/// Segments are split before they are decoded, so <c>%2F</c> stays inside its segment and can't be taken for a separator. Nothing is removed:
/// empty segments, <c>.</c> and <c>..</c> stay, and are signed as they are. Decoding works on bytes, so also what isn't UTF-8 has one form.
/// Node's and Java's SDK encode a path without decoding it first, and Python's and .NET's decode it before they split: they agree with this wherever the
/// path that is sent has no percent sign, which is all paths of this API, because an id has no character that needs one.
/// </remarks>
internal static class CanonicalPath
{
    /// <summary>The most bytes <see cref="Write"/> writes.</summary>
    public static int MaxLength(int pathLength) => (pathLength * PercentCoding.MaxGrowth) + 1;

    /// <summary>Writes the canonical form.</summary>
    /// <returns>The position behind it.</returns>
    public static int Write(ReadOnlySpan<byte> path, Span<byte> destination, int position)
    {
        int start = position;
        for (int read = 0; read < path.Length;)
        {
            bool isSeparator = path[read] == '/';
            byte value = PercentCoding.Decode(path, ref read);
            if (isSeparator)
            {
                destination[position++] = value;
            }
            else
            {
                position = PercentCoding.Encode(value, destination, position);
            }
        }

        if (position == start || destination[position - 1] != '/')
        {
            destination[position++] = (byte)'/';
        }

        return position;
    }
}
