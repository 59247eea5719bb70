using System.Globalization;

namespace CommandBroker.Contracts;

/// <summary>Durations as people and JSON write them: a whole number and a unit, <c>90s</c>, <c>5m</c>, <c>2h</c>, <c>1d</c>.</summary>
public static class DurationText
{
    /// <summary>Reads a duration from 1 s to 3,650 days.</summary>
    /// <returns>False when the text is of another form or outside the range.</returns>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;
        if (text is not { Length: >= 2 }
            || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            return false;
        }

        long? seconds = text[^1] switch
        {
            's' => count,
            'm' => count * 60L,
            'h' => count * 3_600L,
            'd' => count * 86_400L,
            _ => null,
        };
        if (seconds is not (> 0 and <= 3_650 * 86_400L))
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(seconds.Value);
        return true;
    }

    /// <summary>Writes a duration in the largest unit that holds it exactly; parts of a second are dropped.</summary>
    public static string Format(TimeSpan duration)
    {
        long seconds = (long)duration.TotalSeconds;
        return seconds switch
        {
            _ when seconds % 86_400 == 0 => $"{seconds / 86_400}d",
            _ when seconds % 3_600 == 0 => $"{seconds / 3_600}h",
            _ when seconds % 60 == 0 => $"{seconds / 60}m",
            _ => $"{seconds}s",
        };
    }
}
