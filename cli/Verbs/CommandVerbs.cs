using System.CommandLine;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Verbs;

/// <summary><c>cbroker command show|cancel|redrive SERVER ID</c>.</summary>
internal static class CommandVerbs
{
    public static Command Create(CliHost host)
    {
        var reason = new Option<string?>("--reason") { Description = "Why, for the history", HelpName = "TEXT" };
        Command cancel = Verb(
            host,
            "cancel",
            "Ends an open command. An agent that has it already may still carry it out; its report is then noted beside it.",
            (session, parsed, server, id, stop) => session.Commands.CancelAsync(server, id, parsed.GetValue(reason), stop));
        cancel.Options.Add(reason);
        return new Command("command", "Shows or changes one command.")
        {
            Verb(host, "show", "Shows everything about a command, open or ended.", ShowAsync),
            cancel,
            Verb(
                host,
                "redrive",
                "Puts a dead-lettered command back into the queue, with its deliveries counted from 0.",
                (session, _, server, id, stop) => session.Commands.RedriveAsync(server, id, stop)),
        };
    }

    private static async Task<CommandView> ShowAsync(CliSession session, ParseResult parsed, string server, long id, CancellationToken stop) =>
        await session.Commands.ShowAsync(server, id, stop) ?? throw new BrokerException(
            BrokerErrorReason.UnknownCommand, $"{server} has no command {id}, or retention has removed it.");

    private static Command Verb(
        CliHost host, string name, string description, Func<CliSession, ParseResult, string, long, CancellationToken, Task<CommandView>> call)
    {
        Argument<string> server = VerbParts.Server();
        Argument<long> id = VerbParts.CommandId();
        var verb = new Command(name, description) { server, id };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            session.Answer.WriteCommand(await call(session, parsed, parsed.GetRequiredValue(server), parsed.GetRequiredValue(id), cancel));
            return ExitCode.Ok;
        });
        return verb;
    }
}
