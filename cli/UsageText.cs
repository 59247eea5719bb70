using System.Text.RegularExpressions;

namespace CommandBroker.Cli;

/// <summary>What is wrong with the arguments, in words of the command line. The parser's own sentence names types of the program.</summary>
internal static partial class UsageText
{
    /// <summary>Says what is needed instead of naming a type.</summary>
    public static string Of(string message) => TypeName().Replace(
        message, found => found.Groups[1].Value.Contains("Boolean", StringComparison.Ordinal) ? "; true or false is needed" : "; a whole number is needed");

    // Texts, durations, instants and ids have readers and sentences of their own.
    [GeneratedRegex(" as expected type '([^']*)'")]
    private static partial Regex TypeName();
}
