using System.CommandLine;
using System.Text.Json;
using CommandBroker.Contracts;

namespace CommandBroker.Cli;

/// <summary>Where the broker is and what proves who we are. The help of the root command tells the order of the places.</summary>
internal sealed record BrokerAddress(Uri Endpoint, string? Token)
{
    private const string FileName = "data/dev-credentials.json";

    /// <param name="parsed">The flags.</param>
    /// <param name="host">The environment and the current directory.</param>
    /// <param name="tokenMember">The member of the file: <c>token</c>, or <c>agent_token</c> for an agent.</param>
    /// <exception cref="BrokerException">Unreachable: no address is named; InvalidArgument: it is no http address.</exception>
    public static BrokerAddress Find(ParseResult parsed, CliHost host, string tokenMember)
    {
        string? endpoint = parsed.GetValue(GlobalOptions.Endpoint) ?? NotEmpty(host.Environment("COMMANDBROKER_ENDPOINT"));
        string? token = parsed.GetValue(GlobalOptions.Token) ?? NotEmpty(host.Environment("COMMANDBROKER_TOKEN"));
        if (endpoint is null || token is null)
        {
            (string? fileEndpoint, string? fileToken) = ReadFile(host.CurrentDirectory, tokenMember);

            // A token goes only to the broker it was made for.
            if (endpoint is null || endpoint.TrimEnd('/') == fileEndpoint?.TrimEnd('/'))
            {
                (endpoint, token) = (endpoint ?? fileEndpoint, token ?? fileToken);
            }
        }

        if (endpoint is null)
        {
            throw new BrokerException(
                BrokerErrorReason.Unreachable,
                $"No broker is named: there is no {FileName} here or above, and neither --endpoint nor COMMANDBROKER_ENDPOINT is set."
                + " 'dotnet run --project silo' starts one.");
        }

        return Uri.TryCreate(endpoint.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
            ? new BrokerAddress(address, token)
            : throw new BrokerException(BrokerErrorReason.InvalidArgument, $"The endpoint is {endpoint}; an address as http://127.0.0.1:8080 is needed.");
    }

    private static (string? Endpoint, string? Token) ReadFile(string directory, string tokenMember)
    {
        for (DirectoryInfo? at = new(directory); at is not null; at = at.Parent)
        {
            string path = Path.Combine(at.FullName, FileName);
            if (!File.Exists(path))
            {
                continue;
            }

            try
            {
                using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(path));
                return (Member(file, "endpoint"), Member(file, tokenMember));
            }
            catch (Exception fault) when (fault is JsonException or InvalidOperationException)
            {
                throw new BrokerException(BrokerErrorReason.InvalidArgument, $"{path} is not valid: {fault.Message}", fault);
            }
        }

        return default;
    }

    private static string? Member(JsonDocument file, string name) =>
        file.RootElement.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
