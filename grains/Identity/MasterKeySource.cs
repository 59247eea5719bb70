using System.Collections.Immutable;
using CommandBroker.Identity.Secrets;

namespace CommandBroker.Grains;

/// <summary>Reads the master keys that the settings give.</summary>
internal static class MasterKeySource
{
    private const string Remedy =
        "Set Identity:MasterKey (environment: Identity__MasterKey) to 32 random bytes in base64, as `openssl rand -base64 32` prints them, or "
        + "Identity:MasterKeyFile to a file that holds them, and keep them apart from the database: without them stored secrets are lost.";

    /// <exception cref="InvalidOperationException">There is none, or one that is none; the message says what to set and repeats no key.</exception>
    public static ImmutableArray<MasterKey> Read(IdentityOptions options)
    {
        bool isGiven = !string.IsNullOrWhiteSpace(options.MasterKey);
        bool isInFile = !string.IsNullOrWhiteSpace(options.MasterKeyFile);
        if (isGiven == isInFile)
        {
            throw new InvalidOperationException(isGiven
                ? "Identity:MasterKey and Identity:MasterKeyFile are both set; one is allowed."
                : $"No master key is given, and stored secrets are encrypted with one. {Remedy}");
        }

        string knob = isGiven ? "Identity:MasterKey" : $"Identity:MasterKeyFile {options.MasterKeyFile}";
        string[] texts = isGiven ? options.MasterKey!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : ReadFile(options.MasterKeyFile!);
        try
        {
            return texts.Length > 0
                ? [.. texts.Select(MasterKey.Parse)]
                : throw new InvalidOperationException($"{knob} holds no key. {Remedy}");
        }
        catch (FormatException fault)
        {
            throw new InvalidOperationException($"{knob}: {fault.Message}", fault);
        }
    }

    private static string[] ReadFile(string path)
    {
        try
        {
            return [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"Identity:MasterKeyFile cannot be read: {fault.Message}", fault);
        }
    }
}
