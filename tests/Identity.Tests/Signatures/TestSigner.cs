using System.Security.Cryptography;
using System.Text;

namespace CommandBroker.Identity.Tests.Signatures;

/// <summary>
/// The vendor's signature written a second time: from the words of its documentation, with strings and lists, sharing nothing with the verifier. Slow, and
/// too plain to hide a mistake.
/// </summary>
internal static class TestSigner
{
    public static string Authorize(TestRequest request, string signedHeaders, string path, string query, string? payload = null) =>
        $"SDK-HMAC-SHA256 Access=AKTEST, SignedHeaders={signedHeaders}, Signature={Sign(request, signedHeaders, path, query, payload)}";

    public static string Sign(TestRequest request, string signedHeaders, string path, string query, string? payload = null)
    {
        string date = Value(request, "x-sdk-date");
        string toSign = $"SDK-HMAC-SHA256\n{date}\n{Hex(SHA256.HashData(Utf8(Canonical(request, signedHeaders, path, query, payload))))}";
        return Hex(HMACSHA256.HashData(Utf8(request.Secret), Utf8(toSign)));
    }

    public static string Canonical(TestRequest request, string signedHeaders, string path, string query, string? payload = null)
    {
        string headers = string.Concat(signedHeaders.Split(';').Select(name => $"{name}:{Value(request, name)}\n"));
        return string.Join('\n', request.Method, path, query, headers, signedHeaders, payload ?? Hex(SHA256.HashData(request.Body)));
    }

    /// <summary>The path as it is signed, read from what is sent.</summary>
    public static string Path(string target)
    {
        string path = string.Join('/', target.Split('?')[0].Split('/').Select(segment => Encode(Decode(segment))));
        return path.EndsWith('/') ? path : path + "/";
    }

    /// <summary>The query as it is signed, read from what is sent.</summary>
    public static string Query(string target)
    {
        string[] parts = target.Split('?', 2);
        if (parts.Length == 1 || parts[1].Length == 0)
        {
            return "";
        }

        IEnumerable<(byte[] Name, byte[] Value)> parameters = parts[1]
            .Split('&')
            .Select(parameter => parameter.Replace('+', ' ').Split('=', 2))
            .Select(pair => (Decode(pair[0]), Decode(pair.Length == 2 ? pair[1] : "")));
        return string.Join('&', parameters
            .OrderBy(parameter => Convert.ToHexString(parameter.Name), StringComparer.Ordinal)
            .ThenBy(parameter => Convert.ToHexString(parameter.Value), StringComparer.Ordinal)
            .Select(parameter => $"{Encode(parameter.Name)}={Encode(parameter.Value)}"));
    }

    public static string Encode(byte[] bytes) => string.Concat(bytes.Select(value =>
        char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~' ? ((char)value).ToString() : $"%{value:X2}"));

    public static byte[] Decode(string text)
    {
        var bytes = new List<byte>();
        for (byte[] rest = Utf8(text); rest.Length > 0;)
        {
            bool isEscaped = rest.Length >= 3 && rest[0] == '%' && char.IsAsciiHexDigit((char)rest[1]) && char.IsAsciiHexDigit((char)rest[2]);
            bytes.Add(isEscaped ? Convert.ToByte(Encoding.ASCII.GetString(rest, 1, 2), 16) : rest[0]);
            rest = rest[(isEscaped ? 3 : 1)..];
        }

        return [.. bytes];
    }

    private static string Value(TestRequest request, string name) =>
        request.Headers.Single(header => string.Equals(header.Name, name, StringComparison.OrdinalIgnoreCase)).Value.Trim(' ', '\t');

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
