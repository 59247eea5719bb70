using System.Collections.Frozen;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>Reads the settings that say what a name of the IAM stands for: <c>name=value; name=value</c>.</summary>
internal static class NameMap
{
    /// <summary>Reads ids of projects or domains.</summary>
    /// <param name="knob">The setting's name, for the message.</param>
    /// <param name="text">Its text; null and empty mean none.</param>
    /// <exception cref="FormatException">The text is not of the form; the message names the setting.</exception>
    public static FrozenDictionary<string, string> ReadIds(string knob, string? text) => Read(knob, text)
        .ToFrozenDictionary(
            entry => entry.Name,
            entry => ProjectId.TryParse(entry.Value, out _) ? entry.Value : throw new FormatException($"{knob} has \"{entry.Value}\": {ProjectId.Describe(entry.Value)}"),
            StringComparer.Ordinal);

    /// <summary>Reads roles, whose names mean the same in either case.</summary>
    /// <exception cref="FormatException">As above.</exception>
    public static FrozenDictionary<string, Roles> ReadRoles(string knob, string? text) => Read(knob, text)
        .ToFrozenDictionary(entry => entry.Name, entry => ParseRoles(knob, entry.Value), StringComparer.OrdinalIgnoreCase);

    private static List<(string Name, string Value)> Read(string knob, string? text)
    {
        var entries = new List<(string Name, string Value)>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string entry in (text ?? "").Split([';', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int at = entry.LastIndexOf('=');
            string name = at < 0 ? "" : entry[..at].Trim();
            string value = entry[(at + 1)..].Trim();
            if (name.Length == 0 || value.Length == 0 || !names.Add(name))
            {
                throw new FormatException($"{knob} has \"{entry}\"; entries are name=value, separated by semicolons, each name once.");
            }

            entries.Add((name, value));
        }

        return entries;
    }

    private static Roles ParseRoles(string knob, string text)
    {
        Roles all = Roles.None;
        foreach (string name in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            all |= name.ToUpperInvariant() switch
            {
                "AGENT" => Roles.Agent,
                "OPERATOR" => Roles.Operator,
                "AUDITOR" => Roles.Auditor,
                "ADMIN" => Roles.Admin,
                _ => throw new FormatException($"{knob} has the role \"{name}\"; agent, operator, auditor and admin are allowed."),
            };
        }

        return all;
    }
}
