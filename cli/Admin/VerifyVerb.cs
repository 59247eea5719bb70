using System.CommandLine;
using System.Text.Json;
using CommandBroker.Cli.Output;
using CommandBroker.Storage.Verification;

namespace CommandBroker.Cli.Admin;

/// <summary><c>cbroker admin verify</c>.</summary>
internal static class VerifyVerb
{
    public static Command Create(CliHost host)
    {
        Argument<string> store = AdminVerbs.Store();
        var json = new Option<bool>("--json") { Description = "The same as --output json" };
        var deliveries = new Option<int?>("--max-deliveries") { Description = "What Queue:MaxDeliveries is; without it, delivery counts are not checked", HelpName = "N" };
        var most = new Option<int>("--max-findings") { Description = "Findings to write; the rest is counted", HelpName = "N", DefaultValueFactory = _ => 1_000 };
        var verb = new Command(
            "verify",
            "Holds every stored command against what must be true of it, and says per source server what is not. Reads only; a broker may run meanwhile. Exit code 7 when something was found.")
        {
            store, json, deliveries, most,
        };
        verb.SetAction((parsed, cancel) => AdminVerbs.WithStoreAsync(parsed.GetValue(store)!, host, async location =>
        {
            OutputFormat format = parsed.GetValue(json) ? OutputFormat.Json : GlobalOptions.FormatOf(parsed);
            var verifier = new StoreVerifier(location, parsed.GetValue(deliveries));
            List<StoreFinding> kept = [];
            int left = parsed.GetValue(most);
            await foreach (StoreFinding finding in verifier.FindAsync(cancel))
            {
                if (left-- > 0)
                {
                    Write(finding, format, host.Out, kept);
                }
            }

            Conclude(verifier.Verdict, format, host.Out, kept);
            return verifier.Verdict.FindingCount == 0 ? ExitCode.Ok : ExitCode.Violated;
        }));
        return verb;
    }

    private static void Write(StoreFinding finding, OutputFormat format, TextWriter output, List<StoreFinding> kept)
    {
        switch (format)
        {
            case OutputFormat.Json:
                kept.Add(finding);
                break;
            case OutputFormat.Ndjson:
                output.WriteLine(JsonSerializer.Serialize(finding, VerifyJson.Line.StoreFinding));
                break;
            default:
                string where = finding.Seq is { } seq ? FormattableString.Invariant($" command {seq}") : "";
                output.WriteLine(TextTable.OneLine($"{finding.Source ?? "-"}{where}: {finding.Invariant}: {finding.Found}."));
                break;
        }
    }

    private static void Conclude(StoreVerdict verdict, OutputFormat format, TextWriter output, List<StoreFinding> findings)
    {
        switch (format)
        {
            case OutputFormat.Json:
                output.WriteLine(JsonSerializer.Serialize(new VerifyRecord(verdict, findings), VerifyJson.Readable.VerifyRecord));
                break;
            case OutputFormat.Ndjson:
                output.WriteLine(JsonSerializer.Serialize(verdict, VerifyJson.Line.StoreVerdict));
                break;
            default:
                output.WriteLine(FormattableString.Invariant(
                    $"{verdict.SourceServerCount:N0} source servers, {verdict.CommandCount:N0} commands ({verdict.OpenCount:N0} open), {verdict.RemovedCount:N0} removed: ")
                    + (verdict.FindingCount == 0
                        ? "sound."
                        : FormattableString.Invariant($"{verdict.FindingCount:N0} findings, {verdict.FaultySourceServerCount:N0} source servers concerned.")));
                break;
        }
    }
}
