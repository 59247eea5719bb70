using System.Security.Cryptography;
using System.Text;
using CommandBroker.Contracts.Identity;
using CommandBroker.Grains;

namespace CommandBroker.Silo;

/// <summary>The principals that a start brings along, as the settings or the development credentials give them.</summary>
internal static class GivenPrincipals
{
    /// <summary>Who operates and administers: everything but an agent's role, whose calls an operator may make anyway.</summary>
    private const Roles Everything = Roles.Operator | Roles.Auditor | Roles.Admin;

    /// <summary>Those of a development broker.</summary>
    public static BootstrapPrincipal[] Of(DevCredentials credentials) =>
    [
        Named(credentials.User, Everything, isDomainWide: true, credentials.Password) with
        {
            TokenHash = HashOf(credentials.Token),
            AccessKey = credentials.AccessKey,
            SecretKey = credentials.SecretKey,
        },
        Named("agent", Roles.Agent, isDomainWide: false) with { TokenHash = HashOf(credentials.AgentToken) },
    ];

    /// <summary>Those of the settings; none when nothing is set.</summary>
    /// <exception cref="InvalidOperationException">A setting cannot be; the message says which and repeats no secret.</exception>
    public static IEnumerable<BootstrapPrincipal> Of(CredentialOptions credentials, IdentityOptions identity)
    {
        if (Checked(credentials.OperatorToken, nameof(CredentialOptions.OperatorToken)) is { } operatorToken)
        {
            yield return Named("operator", Everything, isDomainWide: true) with { TokenHash = HashOf(operatorToken) };
        }

        if (Checked(credentials.AgentToken, nameof(CredentialOptions.AgentToken)) is { } agentToken)
        {
            yield return Named("agent", Roles.Agent, isDomainWide: false) with { TokenHash = HashOf(agentToken) };
        }

        if (identity.BootstrapAdmin is { } name)
        {
            yield return Named(name, Everything, isDomainWide: true, PasswordOf(identity)) with { OnlyIfMissing = true };
        }
    }

    private static BootstrapPrincipal Named(string name, Roles roles, bool isDomainWide, string? password = null) => new()
    {
        Principal = new NewPrincipal
        {
            Name = name,
            DomainId = DefaultTenant.DomainId,
            ProjectId = DefaultTenant.ProjectId,
            IsDomainWide = isDomainWide,
            Roles = roles,
            Password = password,
        },
    };

    private static string PasswordOf(IdentityOptions identity)
    {
        bool isGiven = !string.IsNullOrEmpty(identity.BootstrapAdminPassword);
        bool isInFile = !string.IsNullOrWhiteSpace(identity.BootstrapAdminPasswordFile);
        if (isGiven == isInFile)
        {
            throw new InvalidOperationException(
                "Identity:BootstrapAdmin needs one of Identity:BootstrapAdminPassword and Identity:BootstrapAdminPasswordFile; "
                + (isGiven ? "both are set." : "none is set."));
        }

        return isGiven ? identity.BootstrapAdminPassword! : File.ReadLines(identity.BootstrapAdminPasswordFile!).FirstOrDefault()
            ?? throw new InvalidOperationException("Identity:BootstrapAdminPasswordFile is empty; its first line is the password.");
    }

    private static string? Checked(string? token, string knob) => token switch
    {
        null or "" => null,
        { Length: < CredentialOptions.MinTokenLength or > 16_384 } => throw new InvalidOperationException(
            $"Credentials:{knob} has {token.Length} characters; {CredentialOptions.MinTokenLength} to 16384 are allowed."),
        _ => token,
    };

    private static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
