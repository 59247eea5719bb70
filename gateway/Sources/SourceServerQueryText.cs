using System.Globalization;
using CommandBroker.Client.Wire;
using Microsoft.Extensions.Primitives;

namespace CommandBroker.Gateway.Sources;

/// <summary>Reads the query of a list: <c>limit</c>, <c>offset</c>, <c>state</c>, <c>name</c>. Other members are passed over.</summary>
internal static class SourceServerQueryText
{
    private const int MaxLimit = 1_000;
    private const int MaxNameLength = 64;

    /// <summary>Reads it.</summary>
    /// <param name="members">The query.</param>
    /// <param name="query">What to list.</param>
    /// <param name="isNone">Whether nothing can match: a state of the vendor's that no source server of the broker is ever in.</param>
    /// <returns>What is wrong, as a sentence; null when nothing is.</returns>
    public static string? Read(IQueryCollection members, out SourceServerQuery query, out bool isNone)
    {
        isNone = false;
        query = new SourceServerQuery();
        if (!TryRead(members["limit"], query.Limit, 1, MaxLimit, out long limit))
        {
            return $"limit must be a whole number from 1 to {MaxLimit}.";
        }

        if (!TryRead(members["offset"], 0, 0, long.MaxValue, out long offset))
        {
            return "offset must be a whole number from 0.";
        }

        string state = members["state"].ToString();
        if (state.Length > 0 && !SourceServerStates.All.Contains(state))
        {
            return $"state must be one of {string.Join(", ", SourceServerStates.All)}.";
        }

        if (members["name"].ToString() is { Length: > MaxNameLength })
        {
            return $"name must have at most {MaxNameLength} characters.";
        }

        isNone = state is not ("" or SourceServerRecord.WaitingState or SourceServerRecord.ErrorState);
        query = new SourceServerQuery
        {
            Limit = (int)limit,
            Offset = offset,
            Quarantined = state switch { "error" => true, "waiting" => false, _ => null },
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
