using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Silo;

/// <summary>
/// The content of <c>dev-credentials.json</c>: where a development broker is and how to get in. What a file says is never changed; what it
/// lacks, as one of an earlier release does, is added to it.
/// </summary>
internal sealed class DevCredentials
{
    public const string FileName = "dev-credentials.json";

    private const int PasswordLength = 24;
    private const int AccessKeyLength = 20;
    private const int SecretKeyLength = 40;
    private const string Capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private const string Alphanumerics = Capitals + "abcdefghijklmnopqrstuvwxyz";
    private const string EndpointMember = "endpoint";

    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    private readonly JsonObject _content;

    private DevCredentials(JsonObject content)
    {
        _content = content;
        IsNew = content.Count == 0;
        if (IsNew)
        {
            content[EndpointMember] = "";
        }

        Token = Take("token", NewToken);
        AgentToken = Take("agent_token", NewToken);
        if (content.ContainsKey("access_key") != content.ContainsKey("secret_key"))
        {
            throw new JsonException("access_key and secret_key go together.");
        }

        AccessKey = Take("access_key", () => RandomNumberGenerator.GetString(Capitals, AccessKeyLength));
        SecretKey = Take("secret_key", () => RandomNumberGenerator.GetString(Alphanumerics, SecretKeyLength));
        Take("domain_id", () => DefaultTenant.DomainId);
        Take("domain_name", () => DefaultTenant.DomainName);
        Take("project_id", () => DefaultTenant.ProjectId);
        User = Take("user", () => "operator");
        Password = Take("password", () => RandomNumberGenerator.GetString(Alphanumerics, PasswordLength));
    }

    /// <summary>The token for tools.</summary>
    public string Token { get; }

    /// <summary>The token for agents.</summary>
    public string AgentToken { get; }

    /// <summary>The access key of <see cref="User"/>.</summary>
    public string AccessKey { get; }

    /// <summary>Its secret.</summary>
    public string SecretKey { get; }

    /// <summary>The user whom token, access key and password belong to.</summary>
    public string User { get; }

    /// <summary>The password of <see cref="User"/>.</summary>
    public string Password { get; }

    /// <summary>Whether something was made that is not in the file yet.</summary>
    public bool IsChanged { get; private set; }

    private bool IsNew { get; }

    /// <summary>Reads the file and makes up what it lacks; without a file everything.</summary>
    /// <exception cref="InvalidOperationException">The file is there and cannot be understood; it is not overwritten.</exception>
    public static DevCredentials Load(string path)
    {
        if (!File.Exists(path))
        {
            return new DevCredentials([]);
        }

        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) is JsonObject { Count: > 0 } content
                && content.ContainsKey("token") && content.ContainsKey("agent_token")
                ? new DevCredentials(content)
                : throw new JsonException("An object with token and agent_token is needed.");
        }
        catch (JsonException exception)
        {
            throw new InvalidOperationException(
                $"{path} is not what a broker wrote: {exception.Message} Mend or remove it; what it says is never changed.", exception);
        }
    }

    /// <summary>Writes the file for its owner only, whole or not at all: a new one with this address, or one with what it lacked.</summary>
    public void Write(string path, string address)
    {
        if (IsNew)
        {
            _content[EndpointMember] = address;
        }

        PrivateFile.Write(path, stream => JsonSerializer.Serialize(stream, _content, Format), overwrite: !IsNew);
    }

    private static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private string Take(string member, Func<string> make)
    {
        if (_content.TryGetPropertyValue(member, out JsonNode? given))
        {
            return given is JsonValue value && value.TryGetValue(out string? text) && text.Length > 0
                ? text
                : throw new JsonException($"{member} must be a text that is not empty.");
        }

        IsChanged = true;
        string made = make();
        _content[member] = made;
        return made;
    }
}
