using System.Text.Json;
using CommandBroker.Cli.Login;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Sdk;

/// <summary>Where an SDK's access key is kept. What is printed reads it from there, so no screen and no log shows the secret.</summary>
internal static class SdkKey
{
    private const string Prefix = "COMMANDBROKER_";

    // The vendor's samples read the first name; an SDK whose program gives no credential reads the second.
    private static readonly (string Member, string[] Names)[] Members =
    [
        ("access_key", ["CLOUD_SDK_AK", "HUAWEICLOUD_SDK_AK"]),
        ("secret_key", ["CLOUD_SDK_SK", "HUAWEICLOUD_SDK_SK"]),
        ("security_token", ["HUAWEICLOUD_SDK_SECURITY_TOKEN"]),
    ];

    /// <summary>The variables of the key; empty when none is known.</summary>
    /// <param name="host">The environment, and where a local broker is looked for.</param>
    /// <param name="file">A file that <c>--secret-file</c> made; null when none was named.</param>
    /// <param name="endpoint">The broker, without a slash at its end: a local broker's key is used for no other.</param>
    /// <exception cref="BrokerException">InvalidArgument: the file has no key.</exception>
    public static IReadOnlyList<SdkExport> Find(CliHost host, string? file, string endpoint)
    {
        if (file is not null)
        {
            string path = Path.GetFullPath(file, host.CurrentDirectory);
            JsonElement content = Read(path);
            return Has(content, "access_key") && Has(content, "secret_key")
                ? [.. Exports(member => Has(content, member) ? FromFile(path, member) : null)]
                : throw new BrokerException(
                    BrokerErrorReason.InvalidArgument,
                    $"{path} has no access_key and secret_key; 'cbroker agent-key SERVER --secret-file FILE' makes such a file.");
        }

        if (host.Variable(Variable("access_key")) is not null && host.Variable(Variable("secret_key")) is not null)
        {
            return [.. Exports(member => Variable(member) is { } name && host.Variable(name) is not null ? $"\"${name}\"" : null)];
        }

        return LocalBroker.Find(host) is { } broker && broker.Endpoint?.TrimEnd('/') == endpoint && broker.Member("secret_key") is not null
            ? [.. Exports(member => broker.Member(member) is null ? null : FromFile(broker.Path, member))]
            : [];
    }

    private static string Variable(string member) => Prefix + member.ToUpperInvariant();

    private static IEnumerable<SdkExport> Exports(Func<string, string?> wordOf) =>
        from member in Members
        let word = wordOf(member.Member)
        where word is not null
        from name in member.Names
        select new SdkExport(name, word, Value: null);

    private static string FromFile(string path, string member) =>
        $"\"$(sed -n 's/.*\"{member}\": *\"\\([^\"]*\\)\".*/\\1/p' {SdkExport.Quote(path)} | head -n 1)\"";

    private static bool Has(JsonElement content, string member) =>
        content.TryGetProperty(member, out JsonElement value) && value.ValueKind == JsonValueKind.String;

    private static JsonElement Read(string path)
    {
        try
        {
            using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(path));
            return file.RootElement.ValueKind == JsonValueKind.Object
                ? file.RootElement.Clone()
                : throw new JsonException("A JSON object is needed.");
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new BrokerException(
                BrokerErrorReason.InvalidArgument, $"--key-file reads what --secret-file wrote: {fault.Message}", fault);
        }
    }
}
