using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CommandBroker.Contracts;

namespace CommandBroker.Docs.Tests;

/// <summary>Writes one options class as the table of <c>docs/configuration.md</c>.</summary>
internal static partial class SettingsTable
{
    public static string Of(Type options, string section)
    {
        object defaults = Activator.CreateInstance(options)!;
        IEnumerable<string> rows = options.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(property => $"| `{section}:{property.Name}` | {DefaultOf(property, defaults)} | {RangeOf(property)} | {MeaningOf(property)} |");
        return $"| setting | default | range | meaning |\n|---|---|---|---|\n{string.Join('\n', rows)}\n";
    }

    private static string DefaultOf(PropertyInfo property, object defaults) => property.GetValue(defaults) switch
    {
        null or "" => "none",
        TimeSpan time => Text(time),
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(number is int or long ? "N0" : null, CultureInfo.InvariantCulture),
        object other => other.ToString()!,
    };

    private static string RangeOf(PropertyInfo property)
    {
        if (property.GetCustomAttribute<RangeAttribute>() is RangeAttribute range)
        {
            return $"{Bound(range.Minimum)} to {Bound(range.Maximum)}";
        }

        if (property.GetCustomAttribute<StringLengthAttribute>() is StringLengthAttribute length)
        {
            return $"{length.MinimumLength} to {length.MaximumLength} characters";
        }

        if (property.GetCustomAttribute<AllowedValuesAttribute>() is AllowedValuesAttribute allowed)
        {
            return string.Join(", ", allowed.Values);
        }

        Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return type.IsEnum ? string.Join(", ", Enum.GetNames(type)) : type == typeof(bool) ? "true, false" : "text";
    }

    private static string Bound(object bound) => bound switch
    {
        string time => Text(TimeSpan.Parse(time, CultureInfo.InvariantCulture)),
        IFormattable number => number.ToString("N0", CultureInfo.InvariantCulture),
        _ => bound.ToString()!,
    };

    private static string Text(TimeSpan time) => time < TimeSpan.FromSeconds(1) ? $"{time.TotalMilliseconds:0} ms" : DurationText.Format(time);

    private static string MeaningOf(PropertyInfo property)
    {
        string file = Path.ChangeExtension(property.DeclaringType!.Assembly.Location, ".xml");
        string name = $"P:{property.DeclaringType.FullName}.{property.Name}";
        XElement member = XDocument.Load(file).Descendants("member").Single(element => element.Attribute("name")?.Value == name);
        string text = string.Concat(member.Element("summary")!.Nodes().Select(TextOf));
        string folded = Space().Replace(text, " ").Trim();

        // The default and the range have columns of their own.
        int at = folded.IndexOf(" Default ", StringComparison.Ordinal);
        return at < 0 ? folded : folded[..at];
    }

    private static string TextOf(XNode node) => node switch
    {
        XElement { Name.LocalName: "see" } see => $"`{see.Attribute("cref")!.Value.Split('.')[^1]}`",
        XElement code => $"`{code.Value}`",
        _ => node.ToString().Replace("&gt;", ">", StringComparison.Ordinal).Replace("&lt;", "<", StringComparison.Ordinal),
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
