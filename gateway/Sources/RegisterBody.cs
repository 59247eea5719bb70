using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CommandBroker.Gateway.Vendor;

namespace CommandBroker.Gateway.Sources;

/// <summary>Reads what an agent registers: name, os_type and id are understood, everything else is kept as it came.</summary>
internal static class RegisterBody
{
    private const int MaxNameLength = 64;

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 64 };

    /// <summary>Reads a registration.</summary>
    public static (VendorError? Error, RegisterCall? Call) Read(JsonElement body)
    {
        (VendorError? error, string? name) = ReadName(body);
        if (name is null)
        {
            return (error, null);
        }

        if (!body.TryGetProperty("os_type"u8, out JsonElement osType)
            || !(osType.ValueKind == JsonValueKind.String && (osType.ValueEquals("WINDOWS"u8) || osType.ValueEquals("LINUX"u8))))
        {
            return (VendorErrors.Invalid("os_type must be WINDOWS or LINUX."), null);
        }

        string? serverId = null;
        if (body.TryGetProperty("id"u8, out JsonElement id) && id.ValueKind != JsonValueKind.Null)
        {
            serverId = id.ValueKind == JsonValueKind.String ? id.GetString() : null;
            if (!ServerId.TryParseNew(serverId, out _))
            {
                return (VendorErrors.Invalid(ServerId.Describe(serverId)), null);
            }
        }

        if (!StorableJson.IsStorable(body.GetRawText()))
        {
            return (VendorErrors.Invalid($"The registration {StorableText.Fault}"), null);
        }

        return (null, new RegisterCall { ServerId = serverId, Name = name, OsType = osType.GetString()!, Details = Select(body, name => name is not ("id" or "name" or "os_type")) });
    }

    /// <summary>Reads a name.</summary>
    public static (VendorError? Error, string? Name) ReadName(JsonElement body) =>
        !body.TryGetProperty("name"u8, out JsonElement member) || member.ValueKind != JsonValueKind.String
        || member.GetString() is not { Length: > 0 and <= MaxNameLength } name
            ? (VendorErrors.Invalid($"name must be a string of 1 to {MaxNameLength} characters."), null)
        : !StorableText.IsStorable(name) ? (VendorErrors.Invalid($"name {StorableText.Fault}"), null)
        : (null, name);

    /// <summary>The members of an object that are wanted, as the text of another.</summary>
    public static string Select(JsonElement body, Func<string, bool> isWanted)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text, Writing))
        {
            writer.WriteStartObject();
            foreach (JsonProperty member in body.EnumerateObject().Where(member => isWanted(member.Name)))
            {
                member.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
