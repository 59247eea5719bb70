using System.Globalization;
using System.Text.RegularExpressions;

namespace CommandBroker.Client.Wire;

/// <summary>Instants on the wire: RFC 3339, written in UTC with <c>Z</c> and up to seven digits after the second.</summary>
public static partial class InstantText
{
    private const int TickDigits = 7;

    /// <summary>Writes an instant: <c>2026-03-01T12:00:00.25Z</c>.</summary>
    public static string Format(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>
    /// Reads an instant; the offset (<c>Z</c> or <c>+02:00</c>, up to 23:59) is needed, because a time without it means another instant on each machine.
    /// Digits beyond the seventh after the second are cut off, and a leap second is the second after it.
    /// </summary>
    /// <returns>False when the text is of another form, or no such day or time exists.</returns>
    public static bool TryParse(string? text, out DateTimeOffset instant)
    {
        instant = default;
        if (text is null || Rfc3339().Match(text) is not { Success: true } parts
            || !DateTime.TryParseExact(parts.Groups["day"].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime day))
        {
            return false;
        }

        (int hour, int minute, int second) = (Number(parts, "hour"), Number(parts, "minute"), Number(parts, "second"));
        (int offsetHours, int offsetMinutes) = (Number(parts, "offsetHours"), Number(parts, "offsetMinutes"));
        if (hour > 23 || minute > 59 || second > 60 || offsetHours > 23 || offsetMinutes > 59)
        {
            return false;
        }

        long ticks = day.Ticks + new TimeSpan(hour, minute, second).Ticks + Fraction(parts.Groups["fraction"].Value)
            - ((parts.Groups["sign"].Value == "-" ? -1 : 1) * new TimeSpan(offsetHours, offsetMinutes, 0).Ticks);
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        instant = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }

    private static int Number(Match parts, string name) =>
        parts.Groups[name] is { Success: true } digits ? int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    private static long Fraction(string digits) =>
        digits.Length == 0 ? 0 : long.Parse(digits.PadRight(TickDigits, '0')[..TickDigits], NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        "^(?<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?<hour>[0-9]{2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})(\\.(?<fraction>[0-9]{1,30}))?"
        + "([Zz]|(?<sign>[+-])(?<offsetHours>[0-9]{2}):(?<offsetMinutes>[0-9]{2}))\\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Rfc3339();
}
