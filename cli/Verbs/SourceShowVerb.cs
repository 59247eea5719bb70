using System.CommandLine;
using CommandBroker.Cli.Output;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Verbs;

/// <summary><c>cbroker source show SERVER</c>.</summary>
internal static class SourceShowVerb
{
    public static Command Create(CliHost host)
    {
        Argument<string> server = VerbParts.Server();
        var verb = new Command("show", "Shows one source server.") { server };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            string id = parsed.GetRequiredValue(server);
            SourceServerView view = await session.Sources.ShowAsync(id, cancel) ?? throw VerbParts.NotFound(id);
            session.Answer.Write(view.ToWire(withReason: true), WireJson.Readable.SourceServerRecord, output => Write(view, output));
            return ExitCode.Ok;
        });
        return verb;
    }

    private static void Write(SourceServerView view, TextWriter output)
    {
        output.WriteLine($"id            {view.ServerId}");
        output.WriteLine($"name          {TextTable.OneLine(view.Name)}");
        output.WriteLine($"os            {view.OsType}");
        output.WriteLine($"registered    {CommandTable.Instant(view.RegisteredAt)}");
        output.WriteLine($"last visit    {CommandTable.Instant(view.LastVisitAt) ?? "never"}");
        output.WriteLine($"connected     {(view.Connected ? "yes" : "no")}");
        output.WriteLine($"quarantined   {TextTable.OneLine(view.QuarantineReason ?? "no")}");
        output.WriteLine($"details       {TextTable.OneLine(view.Details)}");
    }
}
