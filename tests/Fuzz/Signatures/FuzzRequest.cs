using System.Net;
using System.Text;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Fuzz.Signatures;

/// <summary>A request written as HTTP writes it, with plain line feeds: request line, headers, an empty line, body.</summary>
internal sealed record FuzzRequest(string Method, string Target, RequestHeader[] Headers, byte[] Body)
{
    public string Authorization => Value("Authorization");

    public string Signature => Authorization[(Authorization.IndexOf("Signature=", StringComparison.Ordinal) + 10)..][..64];

    /// <summary>
    /// What the signature stands for, by other means than the verifier's: two valid requests with one signature have to have the same. A path's segments
    /// are compared decoded, a query as a set, as the order of parameters is left to the client.
    /// </summary>
    public string Meaning
    {
        get
        {
            string[] parts = Target.Split('?', 2);
            string path = parts[0].EndsWith('/') ? parts[0] : parts[0] + "/";
            string[] segments = [.. path.Split('/').Select(segment => WebUtility.UrlDecode(segment.Replace("+", "%2B", StringComparison.Ordinal)))];
            string[] query = parts.Length == 1 || parts[1].Length == 0
                ? []
                : [.. parts[1].Split('&').Select(pair => pair.Contains('=') ? pair : pair + "=").Select(pair => WebUtility.UrlDecode(pair)).Order(StringComparer.Ordinal)];
            AuthorizationHeader.TryParse(Authorization, out AuthorizationHeader authorization, out _);
            string[] names = authorization.SignedHeaders.ToString().Split(';');
            string body = names.Contains("x-sdk-content-sha256") && Value("x-sdk-content-sha256") == "UNSIGNED-PAYLOAD" ? "" : Convert.ToHexString(Body);
            return string.Join('|', [Method, .. segments, "?", .. query, .. names.Select(name => $"{name}:{Value(name)}"), body]);
        }
    }

    public static bool TryRead(ReadOnlySpan<byte> input, out FuzzRequest request)
    {
        request = new FuzzRequest("", "", [], []);
        int end = input.IndexOf("\n\n"u8);
        string[] lines = Encoding.UTF8.GetString(end < 0 ? input : input[..end]).Split('\n');
        string[] first = lines[0].Split(' ', 2);
        if (first.Length < 2)
        {
            return false;
        }

        RequestHeader[] headers = [.. lines.Skip(1).Select(line => line.Split(':', 2)).Select(parts => new RequestHeader(parts[0], parts.Length == 2 ? parts[1] : ""))];
        request = new FuzzRequest(first[0], first[1], headers, end < 0 ? [] : input[(end + 2)..].ToArray());
        return true;
    }

    private string Value(string name) => Headers.FirstOrDefault(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value?.Trim(' ', '\t') ?? "";
}
