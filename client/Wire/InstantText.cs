using System.Globalization;
using System.Text.RegularExpressions;

namespace CommandBroker.Client.Wire;

/// <summary>Instants on the wire: RFC 3339, written in UTC with <c>Z</c> and up to seven digits after the second.</summary>
public static partial class InstantText
{
    /// <summary>Writes an instant: <c>2026-03-01T12:00:00.25Z</c>.</summary>
    public static string Format(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>Reads an instant; the offset (<c>Z</c> or <c>+02:00</c>) is needed, because a time without it means another instant on each machine.</summary>
    /// <returns>False when the text is of another form.</returns>
    public static bool TryParse(string? text, out DateTimeOffset instant)
    {
        instant = default;
        return text is not null
            && Rfc3339().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out instant);
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,7})?([Zz]|[+-]\d\d:\d\d)\z")]
    private static partial Regex Rfc3339();
}
