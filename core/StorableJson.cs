using System.Globalization;

namespace CommandBroker.Core;

/// <summary>
/// Looks into JSON for what <see cref="StorableText"/> refuses. An escape, such as <c>\u0000</c>, passes as plain text, but PostgreSQL's JSON functions fail
/// on it, and so does every reader that wants the text behind a lone half of a surrogate pair.
/// </summary>
/// <remarks>Takes the JSON to be well-formed: there a backslash begins an escape, and stands nowhere else.</remarks>
public static class StorableJson
{
    private const int EscapeLength = 6;
    private const string Replacement = @"\ufffd";

    /// <summary>Whether a store can keep, and read, each name and each text of a JSON value; null it can.</summary>
    public static bool IsStorable(string? json) => StorableText.IsStorable(json) && FindFault(json, 0) < 0;

    /// <summary>Puts U+FFFD in the place of each U+0000 and each half of a surrogate pair that an escape stands for; all else stays as it is written.</summary>
    public static string Mend(string json)
    {
        int at = FindFault(json, 0);
        if (at < 0)
        {
            return json;
        }

        char[] text = json.ToCharArray();
        for (; at >= 0; at = FindFault(text, at + EscapeLength))
        {
            Replacement.CopyTo(text.AsSpan(at));
        }

        return new string(text);
    }

    /// <summary>Where the next escape is that stands for what cannot be stored; negative when there is none.</summary>
    private static int FindFault(ReadOnlySpan<char> json, int at)
    {
        while (json[at..].IndexOf('\\') is >= 0 and int distance)
        {
            at += distance;
            char? unit = UnitAt(json, at);
            bool isPair = unit is { } high && char.IsHighSurrogate(high) && UnitAt(json, at + EscapeLength) is { } low && char.IsLowSurrogate(low);
            if (!isPair && unit is { } alone && (alone == '\0' || char.IsSurrogate(alone)))
            {
                return at;
            }

            at = Math.Min(json.Length, at + (isPair ? 2 * EscapeLength : unit is null ? 2 : EscapeLength));
        }

        return -1;
    }

    /// <summary>What an escape of the form <c>\u0000</c> stands for; null when there is none at this place.</summary>
    private static char? UnitAt(ReadOnlySpan<char> json, int at) =>
        json.Length - at >= EscapeLength && json[at] == '\\' && json[at + 1] == 'u'
        && ushort.TryParse(json.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit)
            ? (char)unit
            : null;
}
