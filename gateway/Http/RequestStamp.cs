using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;

namespace CommandBroker.Gateway.Http;

/// <summary>The headers that every answer carries, errors included: <c>X-Request-Id</c> and <c>Cache-Control</c>.</summary>
internal static class RequestStamp
{
    /// <summary>The header with the request's id; SDKs show it with an error.</summary>
    public const string Header = "X-Request-Id";

    private static readonly StringValues NoStore = "no-store";
    private static readonly string Prefix = RandomNumberGenerator.GetHexString(16, lowercase: true);
    private static long _last;

    /// <summary>Sets the headers.</summary>
    public static void Set(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = NoStore;
        headers[Header] = Next();
    }

    /// <summary>The id that <see cref="Set"/> gave this request.</summary>
    public static string? Of(HttpContext context) => context.Response.Headers[Header];

    // 16 digits that differ from process to process, 16 that differ from request to request.
    private static string Next() => string.Create(32, Interlocked.Increment(ref _last), static (text, number) =>
    {
        Prefix.CopyTo(text);
        number.TryFormat(text[16..], out _, "x16");
    });
}
