using System.CommandLine;
using CommandBroker.Cli.Output;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Verbs;

/// <summary><c>cbroker queue SERVER</c>.</summary>
internal static class QueueVerb
{
    public static Command Create(CliHost host)
    {
        Argument<string> server = VerbParts.Server();
        var limit = new Option<int>("--limit") { Description = "The most commands to show, 1 to 1000", DefaultValueFactory = _ => QueueView.MaxLimit, HelpName = "COUNT" };
        var after = new Option<string?>("--after") { Description = "Only commands behind this place, for the next page", HelpName = "PLACE" };
        var verb = new Command("queue", "Shows the open commands of a source server in the order of hand-out, and what each waits for.") { server, limit, after };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            QueueView queue = await session.Commands.ListPageAsync(
                parsed.GetRequiredValue(server), parsed.GetValue(after), parsed.GetValue(limit), cancel);
            QueueRecord record = queue.ToWire();
            session.Answer.WriteList(
                record, WireJson.Readable.QueueRecord, record.Commands, WireJson.Readable.CommandRecord, output => WriteTable(queue, output),
                queue.NextAfter is { } next ? $"--after {next}" : null);
            return ExitCode.Ok;
        });
        return verb;
    }

    private static void WriteTable(QueueView queue, TextWriter output)
    {
        if (!queue.Commands.IsEmpty)
        {
            CommandTable.Write(queue.Commands, output);
            output.WriteLine();
        }

        output.WriteLine(FormattableString.Invariant(
            $"{queue.PendingCount:N0} pending, {queue.LeasedCount:N0} leased, {queue.HistoryCount:N0} in the history, {queue.RemovedCount:N0} removed by retention"));
        if (queue.NextAfter is { } next)
        {
            output.WriteLine($"More: --after {next}");
        }
    }
}
