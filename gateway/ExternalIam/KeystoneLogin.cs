using System.Text.Json;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>The broker's own sign-in at a Keystone.</summary>
internal static class KeystoneLogin
{
    /// <summary>Whether the settings name exactly one way to sign in, with its secret.</summary>
    /// <exception cref="FormatException">They do not; the message names the settings.</exception>
    public static void Check(KeystoneOptions options)
    {
        bool hasUser = !string.IsNullOrEmpty(options.User);
        if (hasUser == !string.IsNullOrEmpty(options.ApplicationCredentialId))
        {
            throw new FormatException(
                $"Identity:Keystone:User and Identity:Keystone:ApplicationCredentialId are {(hasUser ? "both" : "not")} set; one of them is needed: the broker validates tokens in its own name.");
        }

        _ = SecretOf(options);
    }

    /// <summary>The body of the sign-in, with the secret as it is now.</summary>
    /// <exception cref="FormatException">There is no secret.</exception>
    /// <exception cref="IOException">Its file cannot be read.</exception>
    public static byte[] Write(KeystoneOptions options)
    {
        string secret = SecretOf(options);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("auth"u8);
            writer.WriteStartObject("identity"u8);
            if (options.ApplicationCredentialId is { Length: > 0 } id)
            {
                WriteMethod(writer, "application_credential");
                writer.WriteStartObject("application_credential"u8);
                writer.WriteString("id"u8, id);
                writer.WriteString("secret"u8, secret);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }
            else
            {
                WriteMethod(writer, "password");
                writer.WriteStartObject("password"u8);
                WriteNamed(writer, "user", options.User!, options.UserDomain, secret);
                writer.WriteEndObject();
                writer.WriteEndObject();
                writer.WriteStartObject("scope"u8);
                WriteNamed(writer, "project", options.Project, options.ProjectDomain, password: null);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteMethod(Utf8JsonWriter writer, string method)
    {
        writer.WriteStartArray("methods"u8);
        writer.WriteStringValue(method);
        writer.WriteEndArray();
    }

    private static void WriteNamed(Utf8JsonWriter writer, string what, string name, string domain, string? password)
    {
        writer.WriteStartObject(what);
        writer.WriteString("name"u8, name);
        writer.WriteStartObject("domain"u8);
        writer.WriteString("name"u8, domain);
        writer.WriteEndObject();
        if (password is not null)
        {
            writer.WriteString("password"u8, password);
        }

        writer.WriteEndObject();
    }

    private static string SecretOf(KeystoneOptions options) => string.IsNullOrEmpty(options.User)
        ? SecretOf("ApplicationCredentialSecret", options.ApplicationCredentialSecret, options.ApplicationCredentialSecretFile)
        : SecretOf("Password", options.Password, options.PasswordFile);

    private static string SecretOf(string knob, string? given, string? path)
    {
        if (string.IsNullOrEmpty(given) == string.IsNullOrEmpty(path))
        {
            throw new FormatException(
                $"Identity:Keystone:{knob} and Identity:Keystone:{knob}File are {(string.IsNullOrEmpty(given) ? "not" : "both")} set; one of them is needed.");
        }

        return !string.IsNullOrEmpty(given) ? given
            : File.ReadLines(path!).FirstOrDefault() is { Length: > 0 } line ? line
            : throw new FormatException($"Identity:Keystone:{knob}File is empty; its first line is the secret.");
    }
}
