using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using CommandBroker.Gateway.Http;
using Microsoft.Extensions.Primitives;

namespace CommandBroker.Gateway.Vendor;

/// <summary>Writes answers of the vendor's route family: always a body, always its length, always <c>application/json</c>.</summary>
internal static class VendorResponse
{
    // With its headers it fits into one buffer of Kestrel's.
    private const int MaxUnflushedLength = 2_048;

    private static readonly StringValues Json = "application/json";
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Sets what every answer of this family carries besides <see cref="RequestStamp"/>.</summary>
    public static void Prepare(HttpContext context, int length)
    {
        context.Response.Headers.ContentType = Json;
        context.Response.ContentLength = length;
    }

    /// <summary>Answers 200 with a body that lies ready. A short one leaves with the end of the request: to wait for the socket costs a turn of its own.</summary>
    public static async ValueTask WriteAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        Prepare(context, body.Length);
        if (body.Length <= MaxUnflushedLength)
        {
            context.Response.BodyWriter.Write(body.Span);
            return;
        }

        await context.Response.BodyWriter.WriteAsync(body);
    }

    /// <summary>Answers with an error.</summary>
    public static async ValueTask WriteAsync(HttpContext context, VendorError error, int retryAfterSeconds)
    {
        HttpResponse response = context.Response;
        response.StatusCode = error.Status;
        Challenge.Ensure(response);
        if (error.IsTransient)
        {
            RetryAfter.Set(response, error.Wait, retryAfterSeconds);
        }

        if (error.Allow is { } allow)
        {
            response.Headers.Allow = allow;
        }

        await WriteAsync(context, Encode(error));
    }

    private static ReadOnlyMemory<byte> Encode(VendorError error)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(body, Writing))
        {
            string message = Cut(error.Message, error.Action is null ? VendorError.MaxMessageLength : VendorError.MaxForbiddenMessageLength);
            writer.WriteStartObject();
            writer.WriteString("error_code"u8, error.Code);
            writer.WriteString("error_msg"u8, message);
            if (error.Action is { } action)
            {
                WriteForbidden(writer, error.Code, message, action);
            }

            writer.WriteEndObject();
        }

        return body.WrittenMemory;
    }

    // The vendor's encoded message can be decoded by its IAM only; ours says what the other members say.
    private static void WriteForbidden(Utf8JsonWriter writer, string code, string message, string action)
    {
        writer.WriteBase64String("encoded_authorization_message"u8, System.Text.Encoding.UTF8.GetBytes(action));
        writer.WriteStartArray("error_param"u8);
        writer.WriteStringValue(action);
        writer.WriteEndArray();
        writer.WriteStartArray("details"u8);
        writer.WriteStartObject();
        writer.WriteString("error_code"u8, code);
        writer.WriteString("error_msg"u8, message);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static string Cut(string message, int length) => message.Length <= length ? message : message[..length];
}
