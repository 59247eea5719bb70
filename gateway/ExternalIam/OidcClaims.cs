using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>Reads a checked JWT by the names that <see cref="OidcOptions"/> gives its claims.</summary>
internal sealed class OidcClaims(OidcOptions options)
{
    private static readonly char[] Separators = [' ', ','];

    /// <summary>Whose token it is.</summary>
    /// <returns>Null when it names nobody.</returns>
    public ExternalIdentity? Read(JsonWebToken token)
    {
        using JsonDocument payload = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload));
        JsonElement claims = payload.RootElement;
        if (TextOf(claims, "sub") is not { } subject)
        {
            return null;
        }

        string? project = TextOf(claims, options.ProjectClaim);
        string? domain = TextOf(claims, options.DomainClaim);
        if (project is null && domain is null)
        {
            project = options.DefaultProject is { Length: > 0 } given ? given : null;
        }

        return new ExternalIdentity
        {
            UserId = subject,
            UserName = TextOf(claims, options.NameClaim) ?? subject,
            ProjectId = project,
            DomainId = domain ?? (options.DefaultDomain is { Length: > 0 } usual && project is not null ? usual : project),
            Roles = Find(claims, options.RolesClaim) is { } roles ? ListOf(roles) : [],
            ServerId = options.ServerClaim is { Length: > 0 } name ? ServerOf(claims, name) : null,
            ExpiresAt = new DateTimeOffset(DateTime.SpecifyKind(token.ValidTo, DateTimeKind.Utc)),
        };
    }

    // A claim that is there and is no text binds to a source server that does not exist, instead of to none.
    private static string? ServerOf(JsonElement claims, string name) => Find(claims, name) is null ? null : TextOf(claims, name) ?? "";

    private static string[] ListOf(JsonElement roles) => roles.ValueKind switch
    {
        JsonValueKind.Array => [.. roles.EnumerateArray().Where(role => role.ValueKind == JsonValueKind.String).Select(role => role.GetString()!)],
        JsonValueKind.String => roles.GetString()!.Split(Separators, StringSplitOptions.RemoveEmptyEntries),
        _ => [],
    };

    private static string? TextOf(JsonElement claims, string name) => Find(claims, name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString() is { Length: > 0 } found ? found : null,
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    /// <summary>A claim by its name; else by its way through nested objects.</summary>
    private static JsonElement? Find(JsonElement claims, string name)
    {
        if (claims.TryGetProperty(name, out JsonElement direct))
        {
            return direct.ValueKind == JsonValueKind.Null ? null : direct;
        }

        JsonElement at = claims;
        foreach (string step in name.Split('.'))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at))
            {
                return null;
            }
        }

        return at.ValueKind == JsonValueKind.Null ? null : at;
    }
}
