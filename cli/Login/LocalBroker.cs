using System.Text.Json;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Login;

/// <summary>What a broker that runs in a directory above, or here, wrote about itself.</summary>
internal sealed class LocalBroker
{
    public const string FileName = "data/dev-credentials.json";

    private readonly JsonElement _content;

    private LocalBroker(string path, JsonElement content) => (Path, _content) = (path, content);

    /// <summary>The file, from the root.</summary>
    public string Path { get; }

    public string? Endpoint => Member("endpoint");

    /// <summary>
    /// Looks for it in the current directory and above, up to the root of a repository or the user's home directory; null when there is none. A file that
    /// another user owns, or could write, is passed over with a warning: whoever wrote it would be sent the password of the next login.
    /// </summary>
    /// <exception cref="BrokerException">InvalidArgument: the file cannot be understood.</exception>
    public static LocalBroker? Find(CliHost host)
    {
        string? home = host.Variable("HOME");
        for (DirectoryInfo? at = new(host.CurrentDirectory); at is not null; at = at.Parent)
        {
            string path = System.IO.Path.Combine(at.FullName, FileName);
            if (File.Exists(path))
            {
                if (FileOwner.IsOursAlone(path) && FileOwner.IsOursAlone(System.IO.Path.GetDirectoryName(path)!))
                {
                    return Read(path);
                }

                host.Error.WriteLine($"cbroker: {path} is passed over: another user owns it or its directory, or may write there.");
            }

            if (at.FullName == home || System.IO.Path.Exists(System.IO.Path.Combine(at.FullName, ".git")))
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>A member; null when it is not there.</summary>
    public string? Member(string name) =>
        _content.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static LocalBroker Read(string path)
    {
        try
        {
            using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(path));
            return file.RootElement.ValueKind == JsonValueKind.Object
                ? new LocalBroker(path, file.RootElement.Clone())
                : throw new JsonException("A JSON object is needed.");
        }
        catch (JsonException fault)
        {
            throw new BrokerException(BrokerErrorReason.InvalidArgument, $"{path} is not valid: {fault.Message}", fault);
        }
    }
}
