using System.CommandLine;
using CommandBroker.Cli.Login;
using CommandBroker.Client.Wire.Identity;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Cli.Identity;

/// <summary><c>cbroker user create NAME</c>.</summary>
internal static class UserCreateVerb
{
    private const string Manual = """
        Makes a user.

        The password, 8 to 256 characters, is asked for unless --password-file or COMMANDBROKER_PASSWORD gives it; a user
        that signs by a key alone needs none (--no-password). Without --project it works in the first project of its domain.

        Examples:
          cbroker user create ada --role admin --role operator --domain-wide
          cbroker user create nightly --role operator --project ID --no-password
        """;

    public static Command Create(CliHost host)
    {
        var name = new Argument<string>("NAME") { Description = "Its name, 1 to 64 characters, unique within its domain whatever the case" };
        var roles = new Option<string[]>("--role") { Description = $"A role: {RoleNames.All}; may be repeated; default: none", HelpName = "ROLE" };
        IdentityParts.OnlyRoles(roles);
        Option<string?> domainId = IdentityParts.DomainId();
        var domainWide = new Option<bool>("--domain-wide") { Description = "It may work in every project of its domain" };
        var server = new Option<string?>("--server") { Description = "The only source server it may see", HelpName = "SERVER" };
        Option<string?> file = PasswordSource.FileOption("its password");
        var noPassword = new Option<bool>("--no-password") { Description = "It never signs in with a password" };
        var verb = new ManualCommand("create", Manual) { name, roles, domainId, domainWide, server, file, noPassword };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            UserTable.WriteDetails(session, await session.Identity.CreatePrincipalAsync(
                new NewPrincipal
                {
                    Name = parsed.GetRequiredValue(name),
                    DomainId = parsed.GetValue(domainId),
                    ProjectId = parsed.GetValue(GlobalOptions.Project),
                    IsDomainWide = parsed.GetValue(domainWide),
                    ServerId = parsed.GetValue(server),
                    Roles = RoleNames.Parse(parsed.GetValue(roles) ?? []),
                    Password = parsed.GetValue(noPassword) ? null : PasswordSource.Read(host, parsed.GetValue(file), isNew: true),
                },
                cancel));
            return ExitCode.Ok;
        });
        return verb;
    }
}
