using System.CommandLine;
using System.Text.Json.Nodes;
using CommandBroker.Cli.Login;
using CommandBroker.Client.Wire.Identity;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Cli.Identity;

/// <summary><c>cbroker user list|create|show|password|role|enable|disable|delete</c>.</summary>
internal static class UserVerbs
{
    private const string Manual = """
        Makes and changes users: those who sign in, hold keys, and stand in the audit.

        Roles add up: agent polls and reports; operator does everything with source servers and commands; auditor reads
        everything, the audit included; admin makes users, keys and projects of its domain, and does nothing with commands.

        Examples:
          cbroker user create ada --role admin --role operator
          cbroker user create nightly --role operator --no-password
          cbroker user password ada
          cbroker user role ada operator
        """;

    public static Command Create(CliHost host) => new ManualCommand("user", Manual)
    {
        UserListVerb.Create(host),
        UserCreateVerb.Create(host),
        Change(host, "show", "Shows a user.", (_, _) => null),
        Password(host),
        Role(host),
        Change(host, "enable", "Enables a user again.", (_, _) => new PrincipalChange { IsEnabled = true }),
        Change(host, "disable", "Disables a user: its password, tokens and keys are refused until it is enabled.", (_, _) => new PrincipalChange { IsEnabled = false }),
        Delete(host),
    };

    private static Command Password(CliHost host)
    {
        Option<string?> file = PasswordSource.FileOption("the new password");
        Command verb = Change(
            host,
            "password",
            "Gives a user another password, 8 to 256 characters; tokens it was issued before count no more.",
            (run, parsed) => new PrincipalChange { Password = PasswordSource.Read(run, parsed.GetValue(file), isNew: true) });
        verb.Options.Add(file);
        return verb;
    }

    private static Command Role(CliHost host)
    {
        var roles = new Argument<string[]>("ROLE") { Description = $"{RoleNames.All}; several add up", Arity = ArgumentArity.OneOrMore };
        IdentityParts.OnlyRoles(roles);
        Command verb = Change(
            host,
            "role",
            "Gives a user other roles instead of those it has.",
            (_, parsed) => new PrincipalChange { Roles = RoleNames.Parse(parsed.GetRequiredValue(roles)) });
        verb.Arguments.Add(roles);
        return verb;
    }

    private static Command Delete(CliHost host)
    {
        Argument<string> user = IdentityParts.User();
        Option<string?> domainId = IdentityParts.DomainId();
        var verb = new Command("delete", "Deletes a user with its keys.") { user, domainId };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            PrincipalView found = await IdentityParts.FindUserAsync(session, parsed.GetRequiredValue(user), parsed.GetValue(domainId), cancel);
            await session.Identity.DeletePrincipalAsync(found.PrincipalId, cancel);
            session.Answer.WriteForPrograms(new JsonObject { ["id"] = found.PrincipalId, ["deleted"] = true });
            return ExitCode.Ok;
        });
        return verb;
    }

    private static Command Change(CliHost host, string name, string description, Func<CliHost, ParseResult, PrincipalChange?> read)
    {
        Argument<string> user = IdentityParts.User();
        Option<string?> domainId = IdentityParts.DomainId();
        var verb = new Command(name, description) { user, domainId };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            PrincipalView found = await IdentityParts.FindUserAsync(session, parsed.GetRequiredValue(user), parsed.GetValue(domainId), cancel);
            UserTable.WriteDetails(session, read(host, parsed) is { } change
                ? await session.Identity.ChangePrincipalAsync(found.PrincipalId, change, cancel)
                : found);
            return ExitCode.Ok;
        });
        return verb;
    }
}
