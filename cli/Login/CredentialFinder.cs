using System.CommandLine;
using CommandBroker.Client.Http;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Login;

/// <summary>Finds what proves who we are, for a broker whose address is known. The help of the root command tells the order of the places.</summary>
internal static class CredentialFinder
{
    /// <param name="parsed">The flags.</param>
    /// <param name="host">The environment.</param>
    /// <param name="login">The saved login; null when there is none for this broker.</param>
    /// <param name="local">The file of a local broker; null when there is none for this broker.</param>
    /// <param name="tokenMember">The member of that file: <c>token</c>, or <c>agent_token</c> for an agent.</param>
    /// <exception cref="BrokerException">Unauthorized: the saved login has ended. InvalidArgument: half a key.</exception>
    public static BrokerCredential? Find(ParseResult parsed, CliHost host, SavedLogin? login, LocalBroker? local, string tokenMember) =>
        OfFlags(parsed) ?? OfEnvironment(host) ?? OfLogin(host, login) ?? OfLocal(local, tokenMember);

    private static TokenCredential? OfFlags(ParseResult parsed) =>
        parsed.GetValue(GlobalOptions.Token) is { } token ? new TokenCredential(token) : null;

    private static BrokerCredential? OfEnvironment(CliHost host)
    {
        if (host.Variable("COMMANDBROKER_TOKEN") is { } token)
        {
            return new TokenCredential(token);
        }

        string? accessKey = host.Variable("COMMANDBROKER_ACCESS_KEY");
        string? secretKey = host.Variable("COMMANDBROKER_SECRET_KEY");
        return (accessKey, secretKey) switch
        {
            (null, null) => null,
            ({ } access, { } secret) => new AccessKeyCredential(access, secret) { SecurityToken = host.Variable("COMMANDBROKER_SECURITY_TOKEN") },
            _ => throw new BrokerException(
                BrokerErrorReason.InvalidArgument, "COMMANDBROKER_ACCESS_KEY and COMMANDBROKER_SECRET_KEY must be set together; one of them is not."),
        };
    }

    private static TokenCredential? OfLogin(CliHost host, SavedLogin? login) => login switch
    {
        null => null,
        _ when login.ExpiresAt > host.Time.GetUtcNow() => new TokenCredential(login.Token),
        _ => throw new BrokerException(
            BrokerErrorReason.Unauthorized,
            $"The login of {login} has ended at {Output.CommandTable.Instant(login.ExpiresAt)}; 'cbroker login' begins another, 'cbroker logout' forgets it."),
    };

    private static TokenCredential? OfLocal(LocalBroker? local, string tokenMember) =>
        local?.Member(tokenMember) is { } token ? new TokenCredential(token) : null;
}
