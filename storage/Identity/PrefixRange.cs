using System.Text;

namespace CommandBroker.Storage.Identity;

/// <summary>The range of the texts that begin alike, in the order of code points, which is that of their bytes in UTF-8.</summary>
internal static class PrefixRange
{
    private const int Last = 0x10FFFF;
    private const int FirstSurrogate = 0xD800;
    private const int AfterSurrogates = 0xE000;

    /// <summary>The lowest text behind all that begin so; null when there is none.</summary>
    public static string? EndOf(string prefix)
    {
        Rune[] runes = [.. prefix.EnumerateRunes()];
        int at = Array.FindLastIndex(runes, rune => rune.Value < Last);
        if (at < 0)
        {
            return null;
        }

        int next = runes[at].Value + 1;
        return string.Concat(runes.Take(at)) + new Rune(next == FirstSurrogate ? AfterSurrogates : next);
    }
}
