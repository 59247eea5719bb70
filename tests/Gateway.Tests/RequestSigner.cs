using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CommandBroker.Gateway.Tests;

/// <summary>Signs as an official SDK does: plain paths and queries only, which is all these tests send.</summary>
internal sealed record RequestSigner(string AccessKey, string Secret)
{
    public DateTimeOffset Now { get; init; } = DateTimeOffset.UtcNow;

    public string? ContentHash { get; init; }

    /// <summary>The headers to send besides <paramref name="others"/>, all of which are signed.</summary>
    public (string Name, string Value)[] Sign(string method, string path, string body = "", params (string Name, string Value)[] others)
    {
        string date = Now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        List<(string Name, string Value)> sent = [.. others, ("X-Sdk-Date", date)];
        if (ContentHash is not null)
        {
            sent.Add(("X-Sdk-Content-Sha256", ContentHash));
        }

        (string Name, string Value)[] signed = [.. sent.Select(header => (header.Name.ToLowerInvariant(), header.Value.Trim())).OrderBy(header => header.Item1, StringComparer.Ordinal)];
        string names = string.Join(';', signed.Select(header => header.Name));
        string[] parts = path.Split('?', 2);
        string target = parts[0].EndsWith('/') ? parts[0] : parts[0] + "/";
        string query = parts.Length == 1 ? "" : string.Join('&', parts[1].Split('&').Order(StringComparer.Ordinal));
        string lines = string.Concat(signed.Select(header => $"{header.Name}:{header.Value}\n"));
        string canonical = $"{method}\n{target}\n{query}\n{lines}\n{names}\n{ContentHash ?? Hash(body)}";
        string toSign = $"SDK-HMAC-SHA256\n{date}\n{Hash(canonical)}";
        string signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(toSign)));
        return [.. sent, ("Authorization", $"SDK-HMAC-SHA256 Access={AccessKey}, SignedHeaders={names}, Signature={signature}")];
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
