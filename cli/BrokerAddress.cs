using System.CommandLine;
using CommandBroker.Cli.Login;
using CommandBroker.Client.Http;
using CommandBroker.Contracts;

namespace CommandBroker.Cli;

/// <summary>Where the broker is, what proves who we are, and in which project. The help of the root command tells the order of the places.</summary>
internal sealed record BrokerAddress(Uri Endpoint, BrokerCredential? Credential, string? ProjectId)
{
    private const string EndpointVariable = "COMMANDBROKER_ENDPOINT";

    /// <param name="parsed">The flags.</param>
    /// <param name="host">The environment, the saved login and the current directory.</param>
    /// <param name="tokenMember">See <see cref="CredentialFinder.Find"/>.</param>
    /// <exception cref="BrokerException">Unreachable: no address is named; InvalidArgument: it is no http address; else as <see cref="CredentialFinder.Find"/>.</exception>
    public static BrokerAddress Find(ParseResult parsed, CliHost host, string tokenMember)
    {
        (string endpoint, SavedLogin? login, LocalBroker? local) = FindPlaces(parsed, host);

        // A token goes only to the broker it was made for.
        BrokerCredential? credential = CredentialFinder.Find(
            parsed,
            host,
            IsSame(endpoint, login?.Endpoint) ? login : null,
            IsSame(endpoint, local?.Endpoint) ? local : null,
            tokenMember);
        return new BrokerAddress(Parse(endpoint), credential, parsed.GetValue(GlobalOptions.Project) ?? host.Variable("COMMANDBROKER_PROJECT"));
    }

    /// <summary>The address alone, for a login.</summary>
    /// <exception cref="BrokerException">Unreachable: no address is named; InvalidArgument: it is no http address.</exception>
    public static Uri FindEndpoint(ParseResult parsed, CliHost host) => Parse(FindPlaces(parsed, host).Endpoint);

    private static (string Endpoint, SavedLogin? Login, LocalBroker? Local) FindPlaces(ParseResult parsed, CliHost host)
    {
        string? given = parsed.GetValue(GlobalOptions.Endpoint) ?? host.Variable(EndpointVariable);
        SavedLogin? login = SavedLogin.Read(host);
        LocalBroker? local = LocalBroker.Find(host);
        string endpoint = given ?? login?.Endpoint ?? local?.Endpoint ?? throw new BrokerException(
            BrokerErrorReason.Unreachable,
            $"No broker is named: there is no {LocalBroker.FileName} here or above, nobody has signed in, and neither --endpoint nor {EndpointVariable}"
            + " is set. 'dotnet run --project silo' starts one.");
        return (endpoint, login, local);
    }

    private static bool IsSame(string endpoint, string? other) => endpoint.TrimEnd('/') == other?.TrimEnd('/');

    private static Uri Parse(string endpoint) =>
        Uri.TryCreate(endpoint.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
            ? address
            : throw new BrokerException(BrokerErrorReason.InvalidArgument, $"The endpoint is {endpoint}; an address as http://127.0.0.1:8080 is needed.");
}
