using System.CommandLine;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Verbs;

/// <summary><c>cbroker source register NAME</c>.</summary>
internal static class SourceRegisterVerb
{
    public static Command Create(CliHost host)
    {
        var name = new Argument<string>("NAME") { Description = "Its name, 1 to 64 characters" };
        var id = new Option<string?>("--id") { Description = "Its id, to register it again or to choose one; default: a new UUID", HelpName = "ID" };
        var os = new Option<string>("--os") { Description = "LINUX (default) or WINDOWS", HelpName = "OS", DefaultValueFactory = _ => "LINUX" };
        os.AcceptOnlyFromAmong("LINUX", "WINDOWS");
        var ip = new Option<string?>("--ip") { Description = "Its address", HelpName = "IP" };
        var osVersion = new Option<string?>("--os-version") { Description = "The version of its system", HelpName = "TEXT" };
        var verb = new Command("register", "Registers a source server and prints its id. Example: ID=$(cbroker source register web-1)")
        {
            name, id, os, ip, osVersion,
        };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            string server = await session.Sources.RegisterAsync(
                new RegisterCall
                {
                    ServerId = parsed.GetValue(id),
                    Name = parsed.GetRequiredValue(name),
                    OsType = parsed.GetRequiredValue(os),
                    Details = ParamText.Build([("ip", parsed.GetValue(ip)), ("os_version", parsed.GetValue(osVersion))]),
                },
                cancel);
            session.Answer.Write(new RegisterAnswer { Id = server }, WireJson.Readable.RegisterAnswer, output => output.WriteLine(server));
            return ExitCode.Ok;
        });
        return verb;
    }
}
