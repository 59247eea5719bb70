using System.CommandLine;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Verbs;

/// <summary><c>cbroker source register|list|show|rename|delete</c>.</summary>
internal static class SourceVerbs
{
    public static Command Create(CliHost host) => new("source", "Registers and finds source servers.")
    {
        SourceRegisterVerb.Create(host),
        SourceListVerb.Create(host),
        SourceShowVerb.Create(host),
        Rename(host),
        Delete(host),
    };

    private static Command Rename(CliHost host)
    {
        Argument<string> server = VerbParts.Server();
        var name = new Argument<string>("NAME") { Description = "The new name, 1 to 64 characters" };
        var verb = new Command("rename", "Gives a source server another name.") { server, name };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            await session.Sources.RenameAsync(parsed.GetRequiredValue(server), parsed.GetRequiredValue(name), cancel);
            return ExitCode.Ok;
        });
        return verb;
    }

    private static Command Delete(CliHost host)
    {
        var servers = new Argument<string[]>("SERVER") { Description = "The ids of the source servers", Arity = ArgumentArity.OneOrMore };
        var verb = new Command("delete", "Deletes source servers; one with open commands is refused, and the others are deleted.") { servers };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            int worst = ExitCode.Ok;
            foreach (string server in parsed.GetRequiredValue(servers))
            {
                try
                {
                    await session.Sources.DeleteAsync(server, cancel);
                }
                catch (BrokerException fault) when (ExitCode.Of(fault.Reason) is ExitCode.Refused or ExitCode.NotFound)
                {
                    await host.Error.WriteLineAsync($"cbroker: {server}: {fault.Message}");
                    // A refusal weighs more than one that is not there, whichever came last.
                    worst = worst == ExitCode.Refused ? worst : ExitCode.Of(fault.Reason);
                }
            }

            return worst;
        });
        return verb;
    }
}
