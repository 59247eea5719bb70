using CommandBroker.Contracts.Identity;

namespace CommandBroker.Gateway.Iam;

/// <summary>A token as the IAM shows it: everything but the token itself.</summary>
internal static class TokenBody
{
    /// <summary>Writes it.</summary>
    /// <param name="principal">Whose it is, in the project of its scope.</param>
    /// <param name="issuedAt">When it was issued.</param>
    /// <param name="expiresAt">When it ends.</param>
    /// <param name="isDomainScoped">Whether its scope is the domain.</param>
    public static byte[] Write(PrincipalView principal, DateTimeOffset issuedAt, DateTimeOffset expiresAt, bool isDomainScoped) => IamJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartObject("token"u8);
        writer.WriteString("expires_at"u8, IamJson.Instant(expiresAt));
        writer.WriteString("issued_at"u8, IamJson.Instant(issuedAt));
        writer.WriteStartArray("methods"u8);
        writer.WriteStringValue("password"u8);
        writer.WriteEndArray();
        writer.WriteStartArray("catalog"u8);
        writer.WriteEndArray();
        if (isDomainScoped)
        {
            IamJson.StartNamed(writer, "domain", principal.DomainId, principal.DomainName);
        }
        else
        {
            IamJson.StartNamed(writer, "project", principal.ProjectId, principal.ProjectName);
            IamJson.StartNamed(writer, "domain", principal.DomainId, principal.DomainName);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteStartArray("roles"u8);
        foreach (Roles role in (Roles[])[Roles.Agent, Roles.Operator, Roles.Auditor, Roles.Admin])
        {
            if (principal.Roles.HasFlag(role))
            {
                string name = role.ToString().ToLowerInvariant();
                writer.WriteStartObject();
                writer.WriteString("id"u8, name);
                writer.WriteString("name"u8, name);
                writer.WriteEndObject();
            }
        }

        writer.WriteEndArray();
        IamJson.StartNamed(writer, "user", principal.PrincipalId, principal.Name);
        IamJson.StartNamed(writer, "domain", principal.DomainId, principal.DomainName);
        writer.WriteEndObject();
        writer.WriteString("password_expires_at"u8, ""u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    });
}
