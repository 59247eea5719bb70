using System.Text.Json;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Gateway.Iam;

/// <summary>Reads the body of a sign-in. Members that are not named here are passed over.</summary>
internal static class SignInBody
{
    private const int MaxNameLength = 255;
    private const int MaxPasswordLength = 1_024;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <summary>Reads it.</summary>
    /// <param name="utf8">The body.</param>
    /// <param name="remoteAddress">Where it came from.</param>
    /// <returns>What is wrong, as a sentence, or the call.</returns>
    public static (string? Fault, SignInCall? Call) Read(ReadOnlyMemory<byte> utf8, string remoteAddress)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8, Strict);
            return Read(document.RootElement, remoteAddress);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a member that is looked for in what is no object, or half a surrogate pair.
            return ("The body must be {\"auth\":{\"identity\":{…},\"scope\":{…}}} in JSON.", null);
        }
    }

    private static (string? Fault, SignInCall? Call) Read(JsonElement body, string remoteAddress)
    {
        bool isThere = true;
        JsonElement auth = body.GetProperty("auth"u8, ref isThere);
        JsonElement identity = auth.GetProperty("identity"u8, ref isThere);
        JsonElement methods = identity.GetProperty("methods"u8, ref isThere);
        if (!isThere || methods.ValueKind != JsonValueKind.Array || methods.GetArrayLength() != 1 || Text(methods[0]) != "password")
        {
            return ("auth.identity.methods must be [\"password\"]; other methods are not offered.", null);
        }

        JsonElement user = identity.GetProperty("password"u8, ref isThere).GetProperty("user"u8, ref isThere);
        if (!isThere)
        {
            return ("auth.identity.password.user is missing.", null);
        }

        string? id = Text(user, "id"), name = Text(user, "name"), password = Text(user, "password", MaxPasswordLength);
        (string? domainId, string? domainName) = Named(user, "domain");
        if (password is null || (id is null && (name is null || (domainId is null && domainName is null))))
        {
            return ($"auth.identity.password.user needs a password of 1 to {MaxPasswordLength} characters, and an id, or a name with its domain's id or name.", null);
        }

        (string? fault, TokenScope? scope) = ReadScope(auth);
        return fault is not null ? (fault, null) : (null, new SignInCall
        {
            UserId = id,
            UserName = id is null ? name : null,
            DomainId = id is null ? domainId : null,
            DomainName = id is null && domainId is null ? domainName : null,
            Password = password,
            Scope = scope,
            RemoteAddress = remoteAddress,
        });
    }

    private static (string? Fault, TokenScope? Scope) ReadScope(JsonElement auth)
    {
        if (!auth.TryGetProperty("scope"u8, out JsonElement scope) || scope.ValueKind is JsonValueKind.Null or JsonValueKind.String)
        {
            return (null, null);
        }

        bool isDomain = scope.TryGetProperty("domain"u8, out _), isProject = scope.TryGetProperty("project"u8, out _);
        (string? id, string? name) = Named(scope, isDomain ? "domain" : "project");
        if (isDomain == isProject || (id is null && name is null))
        {
            return ("auth.scope must name one domain or one project, by id or by name.", null);
        }

        name = id is null ? name : null;
        return (null, isDomain ? new TokenScope { DomainId = id, DomainName = name } : new TokenScope { ProjectId = id, ProjectName = name });
    }

    private static (string? Id, string? Name) Named(JsonElement owner, string member) =>
        owner.TryGetProperty(member, out JsonElement named) && named.ValueKind == JsonValueKind.Object ? (Text(named, "id"), Text(named, "name")) : (null, null);

    private static string? Text(JsonElement owner, string member, int maxLength = MaxNameLength) =>
        owner.TryGetProperty(member, out JsonElement value) && Text(value) is { Length: > 0 } text && text.Length <= maxLength ? text : null;

    private static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement GetProperty(this JsonElement owner, ReadOnlySpan<byte> name, ref bool isThere)
    {
        JsonElement found = default;
        isThere = isThere && owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out found);
        return found;
    }
}
