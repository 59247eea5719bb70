using System.Text.Json;
using System.Text.Unicode;
using CommandBroker.Gateway.Http;

namespace CommandBroker.Gateway.Vendor;

/// <summary>What the vendor's table demands of every body before its members are looked at.</summary>
internal static class VendorBody
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <summary>The fault of the Content-Type; null when there is none.</summary>
    public static VendorError? CheckContentType(HttpRequest request) => request.ContentType switch
    {
        null or "" => VendorErrors.NoContentType,
        var contentType when !MediaTypes.Matches(contentType, MediaTypes.Json) => VendorErrors.WrongContentType,
        _ => null,
    };

    /// <summary>Reads a JSON object out of the body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="maxBytes">The longest body.</param>
    /// <param name="read">Takes what is wanted out of the object, or says what is wrong with it.</param>
    /// <returns>The fault, or null and the value.</returns>
    public static async ValueTask<(VendorError? Error, T? Value)> ReadAsync<T>(
        HttpContext context, int maxBytes, Func<JsonElement, (VendorError? Error, T? Value)> read)
        where T : class
    {
        if (CheckContentType(context.Request) is { } wrongType)
        {
            return (wrongType, null);
        }

        using RequestBody body = await RequestBody.ReadAsync(context, maxBytes);
        if (CheckBytes(body, maxBytes) is { } wrongBytes)
        {
            return (wrongBytes, null);
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(body.Memory, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : (VendorErrors.WrongShape, null);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string whose escapes are half a surrogate pair.
            return (VendorErrors.NotJson, null);
        }
    }

    /// <summary>The fault of a body as bytes; null when there is none.</summary>
    public static VendorError? CheckBytes(in RequestBody body, int maxBytes) => body.Status switch
    {
        RequestBodyStatus.TooLong => VendorErrors.LongBody(maxBytes),
        RequestBodyStatus.Cut => VendorErrors.CutBody,
        _ when body.Utf8.Trim(" \t\r\n"u8).IsEmpty => VendorErrors.EmptyBody,
        _ when !Utf8.IsValid(body.Utf8) => VendorErrors.NotJson,
        _ => null,
    };
}
