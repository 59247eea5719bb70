using System.Collections.Frozen;

namespace CommandBroker.Core;

/// <summary>
/// The operator's rules which command names end which never delivered commands of the same task, written
/// <c>STOP&gt;START,SYNC; DELETE&gt;*; SYNC&gt;SYNC</c>: an enqueued STOP ends waiting STARTs and SYNCs, a DELETE ends all.
/// </summary>
public sealed class SupersessionRules
{
    private const string Any = "*";

    private readonly FrozenDictionary<string, FrozenSet<string>> _victims;

    private SupersessionRules(FrozenDictionary<string, FrozenSet<string>> victims, string text)
    {
        _victims = victims;
        Text = text;
    }

    /// <summary>No name ends another.</summary>
    public static SupersessionRules None { get; } = new(FrozenDictionary<string, FrozenSet<string>>.Empty, "");

    /// <summary>The rules as they were written.</summary>
    public string Text { get; }

    /// <summary>Reads rules; an empty text means <see cref="None"/>. Rules for one name add up.</summary>
    /// <exception cref="FormatException">A rule is not of the form <c>NAME&gt;NAME,NAME</c>; the message names it.</exception>
    public static SupersessionRules Parse(string text)
    {
        var victims = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (string rule in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] sides = rule.Split('>', StringSplitOptions.TrimEntries);
            if (sides is not [{ Length: > 0 } successor, { Length: > 0 } list] || successor == Any)
            {
                throw new FormatException($"'{rule}' is no supersession rule; Queue:Supersede takes NAME>NAME,NAME or NAME>*, separated by semicolons.");
            }

            string[] names = list.Split(',', StringSplitOptions.TrimEntries);
            if (names.Any(name => name.Length == 0))
            {
                throw new FormatException($"'{rule}' has an empty name; Queue:Supersede takes NAME>NAME,NAME or NAME>*, separated by semicolons.");
            }

            if (!victims.TryGetValue(successor, out HashSet<string>? set))
            {
                victims[successor] = set = new HashSet<string>(StringComparer.Ordinal);
            }

            set.UnionWith(names);
        }

        return victims.Count == 0
            ? None
            : new SupersessionRules(
                victims.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal),
                text);
    }

    /// <summary>Whether an enqueued <paramref name="successor"/> may end any other.</summary>
    public bool EndsAny(string successor) => _victims.ContainsKey(successor);

    /// <summary>Whether an enqueued <paramref name="successor"/> ends a waiting <paramref name="victim"/> of the same task.</summary>
    public bool Ends(string successor, string victim) =>
        _victims.TryGetValue(successor, out FrozenSet<string>? names) && (names.Contains(Any) || names.Contains(victim));
}
