using System.Text.Json;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Login;

/// <summary>What <c>cbroker login</c> leaves behind: where the broker is and a token that ends by itself. The password is not kept.</summary>
internal sealed record SavedLogin
{
    private const string Directory = "commandbroker";
    private const string FileName = "login.json";

    public required string Endpoint { get; init; }

    public required string Token { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required string User { get; init; }

    public required string Domain { get; init; }

    /// <summary>Where it is kept.</summary>
    public static string PathOf(CliHost host) => Path.Combine(host.ConfigDirectory, Directory, FileName);

    /// <summary>Reads it; null when nobody has signed in.</summary>
    /// <exception cref="BrokerException">InvalidArgument: the file cannot be understood.</exception>
    public static SavedLogin? Read(CliHost host)
    {
        string path = PathOf(host);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), SavedLoginJson.Default.SavedLogin);
        }
        catch (JsonException fault)
        {
            throw new BrokerException(
                BrokerErrorReason.InvalidArgument, $"{path} is not what 'cbroker login' wrote. 'cbroker logout' removes it.", fault);
        }
    }

    /// <summary>Writes it for its owner only, whole or not at all.</summary>
    public void Write(CliHost host)
    {
        string path = PathOf(host);
        string directory = Path.GetDirectoryName(path)!;
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (OperatingSystem.IsWindows())
        {
            System.IO.Directory.CreateDirectory(directory);
        }
        else
        {
            System.IO.Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        // The mode counts for a new file only: what another program may have left there must not lend its own.
        string draft = $"{path}.new";
        File.Delete(draft);
        using (var stream = new FileStream(draft, options))
        {
            JsonSerializer.Serialize(stream, this, SavedLoginJson.Default.SavedLogin);
        }

        File.Move(draft, path, overwrite: true);
    }

    public static void Delete(CliHost host)
    {
        string path = PathOf(host);
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }

    // Never the token.
    public override string ToString() => $"{User} at {Endpoint}";
}
