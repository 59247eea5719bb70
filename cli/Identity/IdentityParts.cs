using System.CommandLine;
using CommandBroker.Client.Wire.Identity;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Cli.Identity;

/// <summary>Arguments and options that several identity verbs take.</summary>
internal static class IdentityParts
{
    public static Argument<string> User() => new("USER") { Description = "The user's name, or its id" };

    public static Argument<string> AccessKey() => new("ACCESS_KEY") { Description = "The access key, 20 letters and digits" };

    public static Argument<string> Tenant() => new("ID") { Description = "The id of a project or a domain; 'cbroker tenant list' shows them" };

    public static Option<string?> DomainId() => new("--domain-id") { Description = "The id of the domain; default: your own", HelpName = "ID" };

    public static Option<string?> Description() => new("--description") { Description = "What it is for, at most 255 characters", HelpName = "TEXT" };

    /// <summary>Finds a user by its name, or by its id when it looks like one.</summary>
    /// <exception cref="BrokerException">UnknownIdentity.</exception>
    public static async Task<PrincipalView> FindUserAsync(CliSession session, string user, string? domainId, CancellationToken cancel) =>
        await session.Identity.FindPrincipalAsync(user, domainId, cancel)
        ?? (IsId(user) ? await session.Identity.ShowPrincipalAsync(user, cancel) : null)
        ?? throw new BrokerException(BrokerErrorReason.UnknownIdentity, $"There is no user {user}; 'cbroker user list' shows those there are.");

    /// <summary>Lets roles only be roles.</summary>
    public static void OnlyRoles(Option<string[]> roles) => roles.AcceptOnlyFromAmong(RoleNames.All.Split(", "));

    /// <inheritdoc cref="OnlyRoles(Option{string[]})"/>
    public static void OnlyRoles(Argument<string[]> roles) => roles.AcceptOnlyFromAmong(RoleNames.All.Split(", "));

    private static bool IsId(string text) => text.Length == 32 && text.All(char.IsAsciiHexDigitLower);
}
