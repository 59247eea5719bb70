using System.Globalization;

namespace CommandBroker.Core;

/// <summary>Durations in messages, in the notation that settings and requests have: <c>90s</c>, <c>5m</c>, <c>2h</c>, <c>1d</c>.</summary>
public static class DurationWords
{
    /// <summary>Writes a duration in the largest unit that holds it exactly; what is no whole number of seconds has a decimal point, as in <c>0.5s</c>.</summary>
    public static string Of(TimeSpan duration) => duration.Ticks switch
    {
        0 => "0s",
        _ when duration.Ticks % TimeSpan.TicksPerDay == 0 => Count(duration.Ticks / TimeSpan.TicksPerDay, "d"),
        _ when duration.Ticks % TimeSpan.TicksPerHour == 0 => Count(duration.Ticks / TimeSpan.TicksPerHour, "h"),
        _ when duration.Ticks % TimeSpan.TicksPerMinute == 0 => Count(duration.Ticks / TimeSpan.TicksPerMinute, "m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(decimal)duration.Ticks / TimeSpan.TicksPerSecond:0.#######}s"),
    };

    private static string Count(long count, string unit) => string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");
}
