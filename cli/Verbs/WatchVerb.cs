using System.CommandLine;
using CommandBroker.Cli.Output;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Verbs;

/// <summary><c>cbroker watch SERVER</c>.</summary>
internal static class WatchVerb
{
    public static Command Create(CliHost host)
    {
        Argument<string> server = VerbParts.Server();
        Option<TimeSpan?> interval = VerbParts.Duration("--interval", "The time between two looks; default 1s");
        var verb = new Command(
            "watch", "Follows a source server: a line for each open command, then one for each change and each end, until interrupted (Ctrl+C).")
        {
            server, interval,
        };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            try
            {
                await foreach (CommandView command in session.Commands.WatchAsync(parsed.GetRequiredValue(server), parsed.GetValue(interval), cancel))
                {
                    session.Answer.Write(command.ToWire(), WireJson.Readable.CommandRecord, output => output.WriteLine(Line(command)));
                    await host.Out.FlushAsync(cancel);
                }
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                // Being interrupted is how a watch ends.
            }

            return ExitCode.Ok;
        });
        return verb;
    }

    private static string Line(CommandView command)
    {
        DateTimeOffset at = command.EndedAt ?? command.DeliveredAt ?? command.EnqueuedAt;
        return TextTable.OneLine(
            $"{CommandTable.Instant(at)}  {command.Seq,-6} {command.Name,-12} {WireName.Of(command.State),-13} {CommandTable.What(command)}").TrimEnd();
    }
}
