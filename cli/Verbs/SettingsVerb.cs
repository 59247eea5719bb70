using System.CommandLine;
using System.Globalization;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;
using CommandBroker.Core;
using Command = System.CommandLine.Command;

namespace CommandBroker.Cli.Verbs;

/// <summary><c>cbroker settings SERVER</c>.</summary>
internal static class SettingsVerb
{
    private const string Manual = """
        Shows what one source server sets differently from the broker, or changes it.

        Without options nothing is changed. A setting that is not named stays.

        Examples:
          cbroker settings web-1
          cbroker settings web-1 --visibility-timeout 10m --max-deliveries 3
          cbroker settings web-1 --reset
        """;

    public static Command Create(CliHost host)
    {
        Argument<string> server = VerbParts.Server();
        var mode = new Option<string?>("--delivery-mode")
        {
            Description = "queue: each poll hands out the next command; sequential: one at a time until it is reported;"
                + " at_most_once: no report is awaited",
            HelpName = "MODE",
        };
        mode.AcceptOnlyFromAmong([.. Enum.GetValues<DeliveryMode>().Select(WireName.Of)]);
        Option<TimeSpan?> timeout = VerbParts.Duration("--visibility-timeout", "The length of a lease, 1s to 7d");
        var deliveries = new Option<int?>("--max-deliveries") { Description = "Deliveries before a command is dead-lettered, 1 to 1000", HelpName = "COUNT" };
        var reset = new Option<bool>("--reset") { Description = "Follow the broker in everything that is not named here" };
        var verb = new ManualCommand("settings", Manual)
        {
            server, mode, timeout, deliveries, reset,
        };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            string id = parsed.GetRequiredValue(server);
            SourceServerSettings stored = await session.Commands.ReadSettingsAsync(id, cancel);
            SourceServerSettings old = parsed.GetValue(reset) ? new() : stored;
            SourceServerSettings settings = new()
            {
                DeliveryMode = WireName.TryParse(parsed.GetValue(mode), out DeliveryMode named) ? named : old.DeliveryMode,
                VisibilityTimeout = parsed.GetValue(timeout) ?? old.VisibilityTimeout,
                MaxDeliveries = parsed.GetValue(deliveries) ?? old.MaxDeliveries,
            };
            if (settings != stored)
            {
                await session.Commands.ConfigureAsync(id, settings, cancel);
            }

            Write(session, settings);
            return ExitCode.Ok;
        });
        return verb;
    }

    private static void Write(CliSession session, SourceServerSettings settings)
    {
        SettingsRecord record = settings.ToWire();
        session.Answer.Write(record, WireJson.Readable.SettingsRecord, output =>
        {
            const string follows = "as the broker";
            output.WriteLine($"delivery mode       {(record.DeliveryMode is { } mode ? WireName.Of(mode) : follows)}");
            output.WriteLine($"visibility timeout  {record.VisibilityTimeout ?? follows}");
            output.WriteLine($"max deliveries      {record.MaxDeliveries?.ToString(CultureInfo.InvariantCulture) ?? follows}");
        });
    }
}
