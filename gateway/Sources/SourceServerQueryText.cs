using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace CommandBroker.Gateway.Sources;

/// <summary>Reads the query of a list: <c>limit</c>, <c>offset</c>, <c>state</c>, <c>name</c>. Other members are passed over.</summary>
internal static class SourceServerQueryText
{
    private const int MaxLimit = 1_000;
    private const int MaxNameLength = 64;

    /// <summary>Reads it.</summary>
    /// <returns>What is wrong, as a sentence; null when nothing is.</returns>
    public static string? Read(IQueryCollection members, out SourceServerQuery query)
    {
        query = new SourceServerQuery();
        if (!TryRead(members["limit"], query.Limit, 1, MaxLimit, out long limit))
        {
            return $"limit must be a whole number from 1 to {MaxLimit}.";
        }

        if (!TryRead(members["offset"], 0, 0, long.MaxValue, out long offset))
        {
            return "offset must be a whole number from 0.";
        }

        if (members["state"].ToString() is not ("" or "waiting" or "error"))
        {
            return "state must be waiting or error.";
        }

        if (members["name"].ToString() is { Length: > MaxNameLength })
        {
            return $"name must have at most {MaxNameLength} characters.";
        }

        query = new SourceServerQuery
        {
            Limit = (int)limit,
            Offset = offset,
            Quarantined = members["state"].ToString() switch { "error" => true, "waiting" => false, _ => null },
            NameContains = members["name"].ToString() is { Length: > 0 } name ? name : null,
        };
        return null;
    }

    private static bool TryRead(StringValues text, long whenMissing, long lowest, long highest, out long number)
    {
        number = whenMissing;
        return text.Count == 0
            || (long.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= lowest && number <= highest);
    }
}
