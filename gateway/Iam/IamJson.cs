using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CommandBroker.Gateway.Iam;

/// <summary>JSON as the vendor's IAM writes it.</summary>
internal static class IamJson
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a body.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(body, Writing))
        {
            write(writer);
        }

        return body.WrittenSpan.ToArray();
    }

    /// <summary>An instant: UTC with six digits behind the second.</summary>
    public static string Instant(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Writes <c>{"id","name"}</c> as a member; the object stays open for more.</summary>
    public static void StartNamed(Utf8JsonWriter writer, string member, string id, string name)
    {
        writer.WriteStartObject(member);
        writer.WriteString("id"u8, id);
        writer.WriteString("name"u8, name);
    }
}
