using System.Globalization;

namespace CommandBroker.Identity.Signatures;

/// <summary>The form of X-Sdk-Date: <c>YYYYMMDDTHHMMSSZ</c>, UTC, to the second.</summary>
public static class SdkDate
{
    /// <summary>The characters of a date.</summary>
    public const int Length = 16;

    private const string Format = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Reads a date.</summary>
    /// <returns>False when it isn't of exactly that form, or no such instant exists.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset instant)
    {
        instant = default;
        // Digits by hand first: the framework's parser is lenient with blanks, and slower.
        if (text.Length != Length || text[8] != 'T' || text[15] != 'Z'
            || text[..8].ContainsAnyExceptInRange('0', '9') || text[9..15].ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        int year = Number(text[..4]), month = Number(text[4..6]), day = Number(text[6..8]);
        int hour = Number(text[9..11]), minute = Number(text[11..13]), second = Number(text[13..15]);
        if (year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        instant = new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero);
        return true;
    }

    /// <summary>Writes a date, as a client does; what is below a second is cut off.</summary>
    public static string Write(DateTimeOffset instant) => instant.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    private static int Number(ReadOnlySpan<char> digits)
    {
        int number = 0;
        foreach (char digit in digits)
        {
            number = (number * 10) + digit - '0';
        }

        return number;
    }
}
