using System.Buffers;
using System.Text;

namespace CommandBroker.Core;

/// <summary>
/// Which texts every store can keep: those without U+0000, which PostgreSQL's <c>text</c> does not hold, and without half a surrogate
/// pair, which UTF-8 cannot carry. Callers refuse the others where they come in; a store would only fail on them.
/// </summary>
public static class StorableText
{
    /// <summary>What is wrong with a text that <see cref="IsStorable"/> refuses; the end of a sentence that begins with its name.</summary>
    public const string Fault = "holds U+0000 or half a surrogate pair; neither can be stored.";

    /// <summary>Whether a text can be stored; null can.</summary>
    public static bool IsStorable(string? text)
    {
        ReadOnlySpan<char> rest = text;
        if (rest.Contains('\0'))
        {
            return false;
        }

        while (rest.IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and int at)
        {
            if (Rune.DecodeFromUtf16(rest[at..], out _, out int length) != OperationStatus.Done)
            {
                return false;
            }

            rest = rest[(at + length)..];
        }

        return true;
    }
}
