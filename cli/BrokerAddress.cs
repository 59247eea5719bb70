using System.CommandLine;
using CommandBroker.Cli.Login;
using CommandBroker.Client.Http;
using CommandBroker.Contracts;

namespace CommandBroker.Cli;

/// <summary>Where the broker is, what proves who we are, and in which project. The help of the root command tells the order of the places.</summary>
/// <param name="Endpoint">The broker.</param>
/// <param name="Origin">Where its address was found: a flag, a variable or a file.</param>
/// <param name="Credential">What proves who we are; null when there is nothing.</param>
/// <param name="ProjectId">The project; null means our own.</param>
internal sealed record BrokerAddress(Uri Endpoint, string Origin, BrokerCredential? Credential, string? ProjectId)
{
    private const string EndpointVariable = "COMMANDBROKER_ENDPOINT";

    /// <param name="parsed">The flags.</param>
    /// <param name="host">The environment, the saved login and the current directory.</param>
    /// <param name="tokenMember">See <see cref="CredentialFinder.Find"/>.</param>
    /// <exception cref="BrokerException">Unreachable: no address is named; InvalidArgument: it is no http address; else as <see cref="CredentialFinder.Find"/>.</exception>
    public static BrokerAddress Find(ParseResult parsed, CliHost host, string tokenMember)
    {
        (string endpoint, string origin, SavedLogin? login, LocalBroker? local) = FindPlaces(parsed, host);

        // A token goes only to the broker it was made for.
        BrokerCredential? credential = CredentialFinder.Find(
            parsed,
            host,
            IsSame(endpoint, login?.Endpoint) ? login : null,
            IsSame(endpoint, local?.Endpoint) ? local : null,
            tokenMember);
        return new BrokerAddress(Parse(endpoint, origin), origin, credential, parsed.GetValue(GlobalOptions.Project) ?? host.Variable("COMMANDBROKER_PROJECT"));
    }

    /// <summary>The address alone, with where it was found, for a login.</summary>
    /// <exception cref="BrokerException">Unreachable: no address is named; InvalidArgument: it is no http address.</exception>
    public static (Uri Endpoint, string Origin) FindEndpoint(ParseResult parsed, CliHost host)
    {
        (string endpoint, string origin, _, _) = FindPlaces(parsed, host);
        return (Parse(endpoint, origin), origin);
    }

    private static (string Endpoint, string Origin, SavedLogin? Login, LocalBroker? Local) FindPlaces(ParseResult parsed, CliHost host)
    {
        SavedLogin? login = SavedLogin.Read(host);
        LocalBroker? local = LocalBroker.Find(host);
        (string endpoint, string origin) =
            parsed.GetValue(GlobalOptions.Endpoint) is { } flag ? (flag, "--endpoint")
            : host.Variable(EndpointVariable) is { } variable ? (variable, EndpointVariable)
            : login?.Endpoint is { } saved ? (saved, $"the login in {SavedLogin.PathOf(host)}")
            : local?.Endpoint is { } found ? (found, local.Path)
            : throw new BrokerException(
                BrokerErrorReason.Unreachable,
                $"No broker is named: there is no {LocalBroker.FileName} here or above, nobody has signed in, and neither --endpoint nor {EndpointVariable}"
                + " is set. 'dotnet run --project silo' starts one.");
        return (endpoint, origin, login, local);
    }

    private static bool IsSame(string endpoint, string? other) => endpoint.TrimEnd('/') == other?.TrimEnd('/');

    private static Uri Parse(string endpoint, string origin) =>
        Uri.TryCreate(endpoint.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
            ? address
            : throw new BrokerException(BrokerErrorReason.InvalidArgument, $"The endpoint is {endpoint}, from {origin}; an address as http://127.0.0.1:8080 is needed.");
}
