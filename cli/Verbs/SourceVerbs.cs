using System.CommandLine;
using System.Text.Json.Nodes;

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
            session.Answer.WriteForPrograms(new JsonObject { ["id"] = parsed.GetRequiredValue(server), ["name"] = parsed.GetRequiredValue(name) });
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
            return await new SourceDeletions(session, parsed.GetRequiredValue(servers)).RunAsync(cancel);
        });
        return verb;
    }
}
