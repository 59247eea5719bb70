using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CommandBroker.Silo;

/// <summary>The content of <c>dev-credentials.json</c>: where a development broker is and how to get in.</summary>
internal sealed record DevCredentials
{
    public const string FileName = "dev-credentials.json";

    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    [JsonPropertyName("endpoint")]
    public required string Endpoint { get; init; }

    [JsonPropertyName("token")]
    public required string Token { get; init; }

    [JsonPropertyName("agent_token")]
    public required string AgentToken { get; init; }

    /// <summary>Makes new tokens of 256 random bits each.</summary>
    public static DevCredentials Create() => new() { Endpoint = "", Token = NewToken(), AgentToken = NewToken() };

    /// <summary>Reads the file; null when there is none.</summary>
    /// <exception cref="InvalidOperationException">The file is there and cannot be understood; it is not overwritten.</exception>
    public static DevCredentials? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<DevCredentials>(File.ReadAllText(path));
        }
        catch (JsonException exception)
        {
            throw new InvalidOperationException(
                $"{path} is not what a broker wrote: {exception.Message} Mend or remove it; it is never overwritten.", exception);
        }
    }

    /// <summary>Writes the file for its owner only, whole or not at all, never over another.</summary>
    public void Write(string path) => PrivateFile.Write(path, stream => JsonSerializer.Serialize(stream, this, Format));

    private static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
}
