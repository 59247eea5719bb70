using System.Globalization;
using System.Text.Json;
using CommandBroker.Client.Wire;
using CommandBroker.Gateway.Management;
using Microsoft.Extensions.Primitives;

namespace CommandBroker.Gateway.Sources;

/// <summary>Reads the query of a list, as the vendor's API page has it. Members that it does not name are passed over.</summary>
internal static class SourceServerQueryText
{
    private const int DefaultLimit = 200;
    private const int MaxLimit = 1_000;
    private const int MaxTextLength = 255;

    // What the broker knows of a registered member of another name, or of the same.
    private static readonly (string Name, string Member)[] Registered =
        [("ip", "ip"), ("ipv6", "ipv6"), ("vm_id", "vm_id"), ("migration_cycle", "migration_cycle"), ("migproject", "migprojectid")];

    private static readonly string[] Texts = ["state", "name", "id", .. Registered.Select(filter => filter.Name)];

    /// <summary>A list of nothing.</summary>
    public static SourceServerListView None { get; } = new() { Servers = [], TotalCount = 0 };

    /// <summary>Reads it.</summary>
    /// <param name="members">The query.</param>
    /// <param name="query">What to list.</param>
    /// <param name="isNone">Whether nothing can match: a state of the vendor's, or results, that no source server here ever has.</param>
    /// <returns>What is wrong, as a sentence; null when nothing is.</returns>
    public static string? Read(IQueryCollection members, out SourceServerQuery query, out bool isNone)
    {
        isNone = false;
        query = new SourceServerQuery();
        if (!TryRead(members["limit"], 0, 0, MaxLimit, out long limit))
        {
            return $"limit is {Quote(members["limit"])}; a whole number from 1 to {MaxLimit} is allowed, or 0, which means {DefaultLimit}.";
        }

        if (!TryRead(members["offset"], 0, 0, long.MaxValue, out long offset))
        {
            return $"offset is {Quote(members["offset"])}; a whole number from 0 is allowed.";
        }

        if (Texts.FirstOrDefault(name => members[name].Count > 1 || members[name].ToString().Length > MaxTextLength) is { } wrong)
        {
            return $"{wrong} must be sent once at most, with at most {MaxTextLength} characters.";
        }

        if (Texts.FirstOrDefault(name => !StorableText.IsStorable(members[name].ToString())) is { } unstorable)
        {
            return $"{unstorable} {StorableText.Fault}";
        }

        string state = members["state"].ToString();
        if (state.Length > 0 && !SourceServerStates.All.Contains(state))
        {
            return $"state is {Quote(state)}; one of {string.Join(", ", SourceServerStates.All)} is allowed.";
        }

        if (!TryReadFlag(members["connected"], out bool? connected)
            || !TryReadFlag(members["is_consistency_result_exist"], out bool? hasResults))
        {
            return "connected and is_consistency_result_exist must be true or false.";
        }

        isNone = hasResults == true || state is not ("" or SourceServerRecord.WaitingState or SourceServerRecord.ErrorState);
        query = new SourceServerQuery
        {
            Limit = limit == 0 ? DefaultLimit : (int)limit,
            Offset = offset,
            Quarantined = state switch { "error" => true, "waiting" => false, _ => null },
            NameContains = Text(members, "name"),
            ServerId = Text(members, "id"),
            Connected = connected,
            Members = ReadRegistered(members),
        };
        return null;
    }

    private static string? ReadRegistered(IQueryCollection members)
    {
        var wanted = Registered.Where(filter => Text(members, filter.Name) is not null)
            .ToDictionary(filter => filter.Member, filter => members[filter.Name].ToString());
        return wanted.Count == 0 ? null : JsonSerializer.Serialize(wanted);
    }

    private static string? Text(IQueryCollection members, string name) => members[name].ToString() is { Length: > 0 } text ? text : null;

    private static string Quote(in StringValues text) => QueryNames.Quote(text.ToString());

    private static bool TryReadFlag(StringValues text, out bool? flag)
    {
        flag = bool.TryParse(text.ToString(), out bool value) ? value : null;
        return flag is not null || text.ToString().Length == 0;
    }

    private static bool TryRead(StringValues text, long whenMissing, long lowest, long highest, out long number)
    {
        number = whenMissing;
        return text.Count == 0
            || (long.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= lowest && number <= highest);
    }
}
