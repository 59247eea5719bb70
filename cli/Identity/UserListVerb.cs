using System.CommandLine;
using CommandBroker.Client.Wire;
using CommandBroker.Client.Wire.Identity;

namespace CommandBroker.Cli.Identity;

/// <summary><c>cbroker user list</c>.</summary>
internal static class UserListVerb
{
    public static Command Create(CliHost host)
    {
        Option<string?> domainId = IdentityParts.DomainId();
        var verb = new Command("list", "Lists the users of a domain in the order of their names.") { domainId };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            var list = new UserListRecord
            {
                Users = [.. await session.Identity.ListPrincipalsAsync(parsed.GetValue(domainId), cancel).ToListAsync(cancel)],
            };
            session.Answer.WriteList(
                list, WireJson.Readable.UserListRecord, list.Users, WireJson.Readable.PrincipalView, output => UserTable.Write(list.Users, output));
            return ExitCode.Ok;
        });
        return verb;
    }
}
