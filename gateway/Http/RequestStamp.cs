using System.Runtime.InteropServices;
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
    private static readonly ulong[] Keys = MemoryMarshal.Cast<byte, ulong>(RandomNumberGenerator.GetBytes(24)).ToArray();
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
    private static string Next() => string.Create(32, Scramble(Interlocked.Increment(ref _last)), static (text, number) =>
    {
        Prefix.CopyTo(text);
        number.TryFormat(text[16..], out _, "x16");
    });

    // One to one, so no number comes twice; keyed, so that two ids do not tell a caller how many requests of others came between.
    private static ulong Scramble(long number) => Mix(Mix((ulong)number ^ Keys[0]) ^ Keys[1]) ^ Keys[2];

    // The finalizer of SplitMix64 (Steele, Lea, Flood 2014).
    private static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
