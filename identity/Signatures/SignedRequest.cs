using System.Text;

namespace CommandBroker.Identity.Signatures;

/// <summary>The parts of a request that a signature can cover, as they arrived: nothing decoded, normalised or rewritten on the way.</summary>
/// <remarks>
/// Whatever stands in front has to keep target, Host and User-Agent byte for byte. Headers the signature doesn't name aren't protected by it.
/// </remarks>
public readonly ref struct SignedRequest
{
    /// <summary>The longest target, in characters: twice what the gateway's server takes.</summary>
    public const int MaxTargetLength = 16_384;

    /// <summary>The longest method, in characters.</summary>
    public const int MaxMethodLength = 32;

    /// <summary>The most parameters in a query.</summary>
    public const int MaxQueryParameters = 256;

    /// <summary>The method, in the case it came in.</summary>
    public required ReadOnlySpan<char> Method { get; init; }

    /// <summary>The raw target of the request line in origin form, <c>/path?query</c>; empty stands for <c>/</c>.</summary>
    public required ReadOnlySpan<char> Target { get; init; }

    /// <summary>All headers, also those that aren't signed: what is there twice must be seen.</summary>
    public required ReadOnlySpan<RequestHeader> Headers { get; init; }

    /// <summary>SHA-256 of the body, 32 bytes; of an empty body <see cref="EmptyBodyHash"/>. Empty means that the body has not been read.</summary>
    public ReadOnlySpan<byte> BodyHash { get; init; }

    /// <summary>SHA-256 of nothing: the hash of a request without a body.</summary>
    public static ReadOnlySpan<byte> EmptyBodyHash =>
    [
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
        0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    ];

    /// <summary>Finds a header by its name, whatever the case.</summary>
    /// <param name="name">The name, ASCII.</param>
    /// <param name="value">The first value without surrounding blanks and tabs; null when there is none.</param>
    /// <returns>How often the header is there: 0, 1, or 2 for more than once.</returns>
    public int Find(ReadOnlySpan<char> name, out ReadOnlySpan<char> value)
    {
        int count = IndexOf(name, out int index);
        value = count == 0 ? default : Headers[index].Value.AsSpan().Trim(" \t");
        return count;
    }

    internal int IndexOf(ReadOnlySpan<char> name, out int index)
    {
        index = -1;
        for (int i = 0; i < Headers.Length; i++)
        {
            string candidate = Headers[i].Name;
            if (candidate.Length == name.Length && Ascii.EqualsIgnoreCase(candidate, name))
            {
                if (index >= 0)
                {
                    return 2;
                }

                index = i;
            }
        }

        return index < 0 ? 0 : 1;
    }
}
