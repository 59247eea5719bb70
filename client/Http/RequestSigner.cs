using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CommandBroker.Client.Http;

/// <summary>
/// Signs a request as the vendor's SDKs do (<c>SDK-HMAC-SHA256</c>): method, path, query, the signed headers and the body's hash. Everything
/// is written as it goes over the wire, so the broker reads back what was signed.
/// </summary>
internal static class RequestSigner
{
    private const string Algorithm = "SDK-HMAC-SHA256";
    private const string DateHeader = "X-Sdk-Date";
    private const string SecurityTokenHeader = "X-Security-Token";
    private const string NonceHeader = "X-Request-Nonce";

    /// <summary>Sets <c>X-Sdk-Date</c>, <c>Host</c> and <c>Authorization</c>, and <c>X-Security-Token</c> for a temporary key. Signing again replaces them.</summary>
    public static async Task SignAsync(HttpRequestMessage request, AccessKeyCredential key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        Uri target = request.RequestUri ?? throw new InvalidOperationException("A request without an address cannot be signed.");
        string date = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        request.Headers.Host = target.Authority;
        Set(request, DateHeader, date);
        if (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head)
        {
            // Two equal calls within a second would otherwise have one signature, and be one call to the broker.
            Set(request, NonceHeader, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
        }

        if (key.SecurityToken is { } securityToken)
        {
            Set(request, SecurityTokenHeader, securityToken);
        }

        SortedDictionary<string, string> headers = HeadersOf(request);
        byte[] body = request.Content is { } content ? await content.ReadAsByteArrayAsync(cancellationToken) : [];
        string names = string.Join(';', headers.Keys);
        string canonical = string.Join(
            '\n',
            request.Method.Method,
            CanonicalPath(target.AbsolutePath),
            CanonicalQuery(target.Query),
            string.Concat(headers.Select(header => $"{header.Key}:{header.Value}\n")),
            names,
            Hex(SHA256.HashData(body)));
        string toSign = $"{Algorithm}\n{date}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        string signature = Hex(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key.SecretKey), Encoding.UTF8.GetBytes(toSign)));
        Set(request, "Authorization", $"{Algorithm} Access={key.AccessKey}, SignedHeaders={names}, Signature={signature}");
    }

    /// <summary>The path with every segment decoded and encoded again, and a slash at its end.</summary>
    internal static string CanonicalPath(string path)
    {
        string encoded = string.Join('/', path.Split('/').Select(Recode));
        return encoded.EndsWith('/') ? encoded : encoded + "/";
    }

    /// <summary>The members of the query, encoded again and sorted by name, then by value.</summary>
    internal static string CanonicalQuery(string query) => string.Join('&', query.TrimStart('?')
        .Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(member => member.Split('=', 2))
        .Select(parts => (Name: Recode(parts[0]), Value: parts.Length == 2 ? Recode(parts[1]) : ""))
        .OrderBy(member => member.Name, StringComparer.Ordinal)
        .ThenBy(member => member.Value, StringComparer.Ordinal)
        .Select(member => $"{member.Name}={member.Value}"));

    private static string Recode(string text) => Uri.EscapeDataString(Uri.UnescapeDataString(text));

    // What a proxy on the way may change (User-Agent, Accept …) is left unsigned.
    private static SortedDictionary<string, string> HeadersOf(HttpRequestMessage request)
    {
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = request.Headers.Host! };
        foreach (string name in (string[])[DateHeader, SecurityTokenHeader, NonceHeader, "X-Project-Id", "X-Command-Id", "Idempotency-Key"])
        {
            if (request.Headers.TryGetValues(name, out IEnumerable<string>? values))
            {
                headers[name.ToLowerInvariant()] = values.Single().Trim();
            }
        }

        if (request.Content?.Headers.ContentType is { } contentType)
        {
            headers["content-type"] = contentType.ToString();
        }

        return headers;
    }

    private static void Set(HttpRequestMessage request, string name, string value)
    {
        request.Headers.Remove(name);
        request.Headers.TryAddWithoutValidation(name, value);
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
