using System.Globalization;
using System.Text.Json;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>Reads the <c>token</c> object that a Keystone v3 answers.</summary>
internal static class KeystoneToken
{
    /// <summary>Whose a token is.</summary>
    /// <returns>Null when the body is none that a Keystone writes.</returns>
    public static ExternalIdentity? ReadIdentity(ReadOnlyMemory<byte> body) => Read(body, token =>
    {
        JsonElement user = token.GetProperty("user");
        JsonElement? project = Find(token, "project");
        JsonElement? domain = project is { } within ? Find(within, "domain") : Find(token, "domain");
        return new ExternalIdentity
        {
            UserId = TextOf(user, "id") ?? throw new FormatException("user.id is missing."),
            UserName = TextOf(user, "name") ?? TextOf(user, "id")!,
            ProjectId = project is { } one ? TextOf(one, "id") : null,
            ProjectName = project is { } named ? TextOf(named, "name") : null,
            DomainId = domain is { } owner ? TextOf(owner, "id") : null,
            DomainName = domain is { } called ? TextOf(called, "name") : null,
            Roles = Find(token, "roles") is { ValueKind: JsonValueKind.Array } roles
                ? [.. roles.EnumerateArray().Select(role => TextOf(role, "name")).OfType<string>()]
                : [],
            ExpiresAt = EndOf(token),
        };
    });

    /// <summary>When a token ends, UTC.</summary>
    /// <returns>Null when the body is none that a Keystone writes.</returns>
    public static DateTimeOffset? ReadEnd(ReadOnlyMemory<byte> body) => Read<DateTimeOffset?>(body, token => EndOf(token));

    /// <summary>Whether a Keystone says no: what stands before it, when it is gone, may answer 404 as well, which says nothing of a token.</summary>
    public static bool IsError(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("error", out JsonElement error)
                && error.ValueKind == JsonValueKind.Object && error.TryGetProperty("code", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static T? Read<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return read(document.RootElement.GetProperty("token"));
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            // Not what was asked for; the caller says so, without repeating any of it.
            return default;
        }
    }

    private static DateTimeOffset EndOf(JsonElement token) => DateTimeOffset.Parse(
        TextOf(token, "expires_at") ?? throw new FormatException("expires_at is missing."),
        CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    private static JsonElement? Find(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement child) && child.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? child : null;

    private static string? TextOf(JsonElement parent, string name) =>
        Find(parent, name) is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 } found ? found : null;
}
