using System.CommandLine;
using CommandBroker.Cli.Output;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Verbs;

/// <summary><c>cbroker history SERVER</c>.</summary>
internal static class HistoryVerb
{
    public static Command Create(CliHost host)
    {
        Argument<string> server = VerbParts.Server();
        var limit = new Option<int>("--limit") { Description = "The most commands to show, 1 to 1000", DefaultValueFactory = _ => 20, HelpName = "COUNT" };
        var before = new Option<long?>("--before") { Description = "Only commands with a lower id than this, for the next page", HelpName = "ID" };
        var verb = new Command(
            "history", "Shows the ended commands of a source server, newest first, and reports that ended no command.") { server, limit, before };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            HistoryPage page = await session.Commands.ReadHistoryAsync(
                parsed.GetRequiredValue(server), parsed.GetValue(before), parsed.GetValue(limit), cancel);
            HistoryRecord record = page.ToWire();
            session.Answer.WriteList(
                record, WireJson.Readable.HistoryRecord, record.Commands, WireJson.Readable.CommandRecord, output => WriteTable(page, output),
                page.NextBefore is { } next ? FormattableString.Invariant($"--before {next}") : null);

            // Only a command has a state.
            session.Answer.WriteMore(record.StrayReports, WireJson.Readable.StrayReportRecord);
            return ExitCode.Ok;
        });
        return verb;
    }

    private static void WriteTable(HistoryPage page, TextWriter output)
    {
        if (!page.Commands.IsEmpty)
        {
            CommandTable.Write(page.Commands, output);
        }
        else if (page.NextBefore is null)
        {
            output.WriteLine("No ended commands.");
        }

        if (!page.StrayReports.IsEmpty)
        {
            output.WriteLine();
            output.WriteLine("Reports that ended no command:");
            var table = new TextTable("REPORTED", "REASON", "NAME", "COMMAND", "RESULT", "BY", "DETAIL");
            foreach (StrayReportView stray in page.StrayReports)
            {
                table.Add(
                    CommandTable.Instant(stray.ReportedAt),
                    WireName.Of(stray.Reason),
                    stray.Name,
                    CommandIdText.Format(stray.Seq),
                    WireName.Of(stray.Result),
                    stray.ReportedBy,
                    stray.ResultDetail);
            }

            table.WriteTo(output);
        }

        if (page.NextBefore is { } next)
        {
            output.WriteLine();
            output.WriteLine($"More: --before {next}");
        }
    }
}
