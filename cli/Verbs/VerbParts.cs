using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Verbs;

/// <summary>Arguments and options that several verbs take, and the types of values that text does not say by itself.</summary>
internal static class VerbParts
{
    public static Argument<string> Server() => new("SERVER") { Description = "The id of the source server" };

    public static Argument<long> CommandId() => new("ID")
    {
        Description = "The command's id, a whole number from 1",
        CustomParser = result => Read<long>(result, CommandIdText.TryParse, "is no command id; a whole number from 1 is needed"),
    };

    public static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        CustomParser = result => Read<TimeSpan>(result, TryReadDuration, "is no duration; a whole number and s, m, h or d is needed, as in 90s"),
    };

    public static Option<DateTimeOffset?> Instant(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "INSTANT",
        CustomParser = result => Read<DateTimeOffset>(
            result, InstantText.TryParse, "is no instant; RFC 3339 with an offset is needed, as in 2026-03-01T12:00:00Z"),
    };

    /// <summary>Tells that a source server is not there, or not for this caller: the broker answers both alike.</summary>
    public static BrokerException NotFound(string serverId) => new(
        BrokerErrorReason.UnknownSourceServer,
        $"No source server {serverId} is registered that this caller may see; 'cbroker source register' registers one.");

    private delegate bool Reader<T>(string text, out T value);

    private static T Read<T>(ArgumentResult result, Reader<T> reader, string fault)
        where T : struct
    {
        string text = result.Tokens[0].Value;
        if (!reader(text, out T value))
        {
            result.AddError($"'{text}' {fault}.");
        }

        return value;
    }

    // Milliseconds are for agents in demos and under load; the API itself counts in seconds.
    private static bool TryReadDuration(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.EndsWith("ms", StringComparison.Ordinal))
        {
            bool isNumber = int.TryParse(text.AsSpan(0, text.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out int count);
            duration = TimeSpan.FromMilliseconds(count);
            return isNumber && count > 0;
        }

        return DurationText.TryParse(text, out duration);
    }
}
